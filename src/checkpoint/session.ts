import type { RunnableConfig } from '@langchain/core/runnables';
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type DeltaChannelHistory,
  type PendingWrite,
} from '@langchain/langgraph-checkpoint';
import { HoldfastError, isHoldfastError } from '../errors.js';
import type { Control, Phase } from '../runs/types.js';
import { Askers } from './askers.js';
import { addressOf, changedValues, checkpointJson, type PostgresCheckpointer } from './checkpointer.js';
import { clockPast } from './clock.js';
import { toJsonb } from './codec.js';
import { fenced } from './fence.js';
import { FirstFailure } from './first-failure.js';
import { HeldWrites } from './held-writes.js';
import { KnownRows } from './known-rows.js';
import type { RootPut } from './put-checkpoint.js';
import { StickyHead } from './sticky-head.js';
import { toBatch, type WriteBatch } from './write-batch.js';

/** What the claim of the thread returned. */
export interface SessionStart {
  threadId: string;
  runId: string;
  phase: Phase;
  /** The newest checkpoint this run has written; null before its first. */
  head: string | null;
  /** The last superstep the run may take, once it is known. */
  stop: number | null;
  recursionLimit: number;
  /** Begin from this checkpoint instead of the thread's newest. */
  forkFrom?: string;
  /** The slice's first attempt: the cache may be asked for the head. */
  fresh: boolean;
}

export interface Commit {
  checkpointId: string;
  step: number;
  source: 'input' | 'loop' | 'update' | 'fork';
  /** What the thread was asked to do meanwhile. */
  control: Control;
}

export interface TaskTrace {
  id: string;
  node: string;
  ms: number;
}

/**
 * The saver that LangGraph gets for one attempt of one slice: PostgresCheckpointer behind the thread's fence.
 *
 * 1. A checkpoint is never durable before the writes that produced it. A finished task's writes wait for the end of the
 *    current turn of the event loop: if the superstep ends in it, they travel in the checkpoint's own statement; if
 *    siblings still run, they go in one statement of their own, with all that wait beside them.
 * 2. Nothing is stored for a phase that lost the thread.
 * 3. The first failure is the last: nothing is stored after it, and it is thrown where LangGraph listens: by the put that
 *    ends a superstep, by the next read, and by settle(). Elsewhere LangGraph leaves promises unattended for the time of a
 *    superstep, and a rejection there would end the process and every other run in it.
 */
export class CheckpointSession extends BaseCheckpointSaver {
  /** After a root checkpoint is durable. */
  onCommit?: (commit: Commit) => void;
  /** Asked at each root put: the tasks that ran, for the timeline row of the same statement. */
  tasksOfCommit?: () => TaskTrace[];
  /** Called once, as soon as something cannot be stored: what runs now runs in vain. */
  onFailure?: (error: unknown) => void;

  readonly #checkpointer: PostgresCheckpointer;
  readonly #start: SessionStart;
  readonly #held = new HeldWrites((batches) => this.#flush(batches));
  readonly #failure: FirstFailure;
  readonly #sticky: StickyHead;
  readonly #rows = new KnownRows();
  readonly #askers = new Askers();
  #head: string | undefined;
  #stop: number | undefined;
  #loaded = false;
  #committed = false;

  constructor(checkpointer: PostgresCheckpointer, start: SessionStart) {
    super(checkpointer.serde);
    this.#checkpointer = checkpointer;
    this.#start = start;
    this.#head = start.head ?? undefined;
    this.#stop = start.stop ?? undefined;
    this.#sticky = new StickyHead(checkpointer.cache, start);
    this.#failure = new FirstFailure((error) => {
      this.#sticky.forget();
      this.onFailure?.(error);
    });
  }

  /** The newest root checkpoint of the thread as this session knows it. */
  get head(): string | undefined {
    return this.#head;
  }

  /** The last superstep the run may take, counted as LangGraph counts; known after the first load. */
  get stop(): number | undefined {
    return this.#stop;
  }

  override getNextVersion(current: number | undefined): number {
    return this.#checkpointer.getNextVersion(current);
  }

  async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { threadId, ns, id } = addressOf(config);
    await this.#held.readable(ns);
    this.#failure.throw();
    try {
      if (threadId !== this.#start.threadId) return await this.#checkpointer.getTuple(config);
      if (this.#rows.isNew(ns, config)) return undefined;
      const first = ns === '' && !this.#loaded;
      const tuple = first ? await this.#load(id) : await this.#checkpointer.getTuple(config);
      if (tuple) this.#rows.read(ns, tuple);
      return tuple;
    } catch (e) {
      throw this.#failure.of(e);
    }
  }

  /** The first read of the root: from where the run stands, whatever has been written to the thread since. */
  async #load(asked: string | undefined): Promise<CheckpointTuple | undefined> {
    const { threadId, head, forkFrom, fresh, recursionLimit } = this.#start;
    const id = asked ?? head ?? forkFrom;
    const cached = fresh && head !== null && id === head ? this.#sticky.cached(head) : undefined;
    const record = cached ?? (await this.#checkpointer.readRecord(threadId, '', id));
    const tuple = record && (await this.#checkpointer.decode(record));
    this.#loaded = true;
    this.#sticky.loaded(record);
    this.#head ??= record?.id;
    this.#stop ??= (tuple?.metadata?.step ?? -2) + 2 + recursionLimit;
    // Checkpoint ids are ordered by clock: the next one must not come before this one, wherever it was written.
    if (tuple) await clockPast(Date.parse(tuple.checkpoint.ts));
    return tuple;
  }

  async *list(config: RunnableConfig, options?: CheckpointListOptions): AsyncGenerator<CheckpointTuple> {
    await this.#held.settled();
    this.#failure.throw();
    try {
      yield* this.#checkpointer.list(config, options);
    } catch (e) {
      throw this.#failure.of(e);
    }
  }

  override async getDeltaChannelHistory(of: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    this.#failure.throw();
    try {
      return await this.#checkpointer.getDeltaChannelHistory(of);
    } catch (e) {
      throw this.#failure.of(e);
    }
  }

  async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { threadId, ns, id: parentId } = addressOf(config);
    try {
      this.#failure.throw();
      if (threadId !== this.#start.threadId) {
        return await this.#checkpointer.put(config, checkpoint, metadata, newVersions);
      }
      this.#rows.put(ns, checkpoint.id);
      await this.#held.alongWith(checkpoint.id, (batches) =>
        this.#putCheckpoint({ ns, parentId }, checkpoint, metadata, newVersions, batches),
      );
    } catch (e) {
      const error = this.#failure.of(e);
      // Of all puts, these are awaited at once: the one that ends a root superstep, and a state edit.
      if (ns === '' && (metadata.source === 'loop' || metadata.source === 'update')) throw error;
    }
    return { configurable: { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: checkpoint.id } };
  }

  async #putCheckpoint(
    { ns, parentId }: { ns: string; parentId: string | undefined },
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
    batches: WriteBatch[],
  ): Promise<void> {
    const put = {
      ns,
      id: checkpoint.id,
      parentId,
      checkpoint: checkpointJson(checkpoint),
      metadata: toJsonb({ ...metadata, run_id: this.#start.runId }),
      values: await changedValues(this.#checkpointer.codec, checkpoint, newVersions),
      batches,
    };
    await this.#held.landed();
    this.#failure.throw();
    const root: RootPut | undefined =
      ns === '' ? { stop: this.#stop, superstep: this.#superstep(metadata) } : undefined;
    const control = await this.#checkpointer.fenced.put(this.#start, put, root);
    if (control === undefined) throw await fenced(this.#checkpointer.pool, this.#start);
    if (!root) return;
    this.#head = checkpoint.id;
    this.#committed = true;
    this.#rows.committed();
    this.#sticky.committed(put);
    this.onCommit?.({ checkpointId: checkpoint.id, step: metadata.step, source: metadata.source, control });
  }

  #superstep(metadata: CheckpointMetadata): RootPut['superstep'] {
    const tasks = this.tasksOfCommit?.();
    if (!tasks || (metadata.source !== 'loop' && tasks.length === 0)) return undefined;
    return { runId: this.#start.runId, step: metadata.step, tasks: toJsonb(tasks) };
  }

  async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    if (this.#failure.happened) return;
    const { threadId, ns, id } = addressOf(config);
    try {
      if (threadId !== this.#start.threadId) {
        await this.#checkpointer.putWrites(config, writes, taskId);
        return;
      }
      const at = { ns, checkpointId: id ?? '', taskId };
      const batch = toBatch(this.#checkpointer.codec, at, this.#askers.mark(at, writes));
      if (!batch) return;
      batch.replaces &&= this.#rows.mayHave(ns, id, taskId);
      await this.#held.add(batch);
    } catch (e) {
      this.#failure.of(e);
    }
  }

  /** Stores batches in a statement of their own. Never rejects: see rule 3. */
  async #flush(batches: WriteBatch[]): Promise<void> {
    if (this.#failure.happened) return;
    try {
      const stored = await this.#checkpointer.fenced.putWrites(this.#start, batches);
      if (!stored) throw await fenced(this.#checkpointer.pool, this.#start);
      await this.#sticky.wrote(batches);
    } catch (e) {
      this.#failure.of(e);
    }
  }

  deleteThread(threadId: string): Promise<void> {
    return Promise.reject(new HoldfastError('INTERNAL', `a slice does not delete its thread (${threadId})`));
  }

  /** Everything handed over is durable. Call it when LangGraph has returned, whatever it returned. @throws the first failure. */
  async settle(): Promise<void> {
    await this.#held.settled();
    this.#failure.throw();
  }

  /** Whether `e` arose here, at any depth of causes and aggregates: infrastructure, never the node's fault. */
  isOwnError(e: unknown): boolean {
    return this.#failure.includes(e);
  }

  /**
   * Answers interrupts by id, once per request id however often it is called.
   * @throws INTERRUPT_NOT_FOUND when an id is not pending, and then none is answered; FENCED.
   */
  async applyAnswers(requestId: string, answers: Record<string, unknown>): Promise<void> {
    const { head, forkFrom } = this.#start;
    const { fenced: operations, pool } = this.#checkpointer;
    try {
      const outcome = await operations.applyAnswers(this.#start, head ?? forkFrom ?? null, requestId, answers);
      if (outcome === 'fenced') throw await fenced(pool, this.#start);
      this.#sticky.forget();
    } catch (e) {
      throw isHoldfastError(e, 'INTERRUPT_NOT_FOUND') ? e : this.#failure.of(e);
    }
  }

  /** Whether somebody else has written to the thread since: its newest checkpoint is not ours. */
  async foreignWriter(): Promise<boolean> {
    if (!this.#committed && this.#start.forkFrom !== undefined) return false;
    try {
      return (await this.#checkpointer.newestId(this.#start.threadId)) !== this.#head;
    } catch (e) {
      throw this.#failure.of(e);
    }
  }
}
