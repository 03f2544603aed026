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
import { toJsonb, type Stored } from './codec.js';
import { contains, storageError } from './errors.js';
import { fenced } from './fence.js';
import { HeldWrites } from './held-writes.js';
import type { RootPut } from './put-checkpoint.js';
import type { CheckpointRecord } from './tuple.js';
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
  readonly #own = new WeakSet<object>();
  /** By namespace: the checkpoint that its tasks write under, and the tasks that have rows there already. */
  readonly #written = new Map<string, { id: string; tasks: Set<string> }>();
  readonly #askers = new Askers();
  #head: string | undefined;
  #stop: number | undefined;
  #record: CheckpointRecord | undefined;
  #loaded = false;
  #committed = false;
  #failure: { error: unknown } | undefined;

  constructor(checkpointer: PostgresCheckpointer, start: SessionStart) {
    super(checkpointer.serde);
    this.#checkpointer = checkpointer;
    this.#start = start;
    this.#head = start.head ?? undefined;
    this.#stop = start.stop ?? undefined;
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
    this.#throwFailure();
    if (this.#isNew(ns, config)) return undefined;
    try {
      const tuple =
        ns !== '' || this.#loaded ? await this.#checkpointer.getTuple(config) : await this.#load(threadId, id);
      if (tuple)
        this.#written.set(ns, { id: tuple.checkpoint.id, tasks: new Set(tuple.pendingWrites?.map(([task]) => task)) });
      return tuple;
    } catch (e) {
      throw this.#fail(e);
    }
  }

  /**
   * A subgraph that a task of our own superstep begins: the task's id comes from the checkpoint that we wrote, so nobody
   * can have written below it. One round trip less for every call of a subgraph.
   */
  #isNew(ns: string, { configurable }: RunnableConfig): boolean {
    const task: unknown = configurable?.__pregel_task_id;
    return (
      this.#committed &&
      configurable?.checkpoint_id === undefined &&
      typeof task === 'string' &&
      ns.includes(`:${task}`) &&
      ns.split('|', 1)[0]!.includes(':') &&
      !this.#written.has(ns)
    );
  }

  /** The first read of the root: from where the run stands, whatever has been written to the thread since. */
  async #load(threadId: string, asked: string | undefined): Promise<CheckpointTuple | undefined> {
    const { head, forkFrom, fresh, recursionLimit } = this.#start;
    const id = asked ?? head ?? forkFrom;
    const cached = fresh && head !== null && id === head ? this.#checkpointer.cache.get(threadId, head) : undefined;
    const record = cached ?? (await this.#checkpointer.readRecord(threadId, '', id));
    const tuple = record && (await this.#checkpointer.decode(record));
    this.#loaded = true;
    this.#record = record;
    this.#head ??= record?.id;
    this.#stop ??= (tuple?.metadata?.step ?? -2) + 2 + recursionLimit;
    // Checkpoint ids are ordered by clock: the next one must not come before this one, wherever it was written.
    if (tuple) await clockPast(Date.parse(tuple.checkpoint.ts));
    return tuple;
  }

  async *list(config: RunnableConfig, options?: CheckpointListOptions): AsyncGenerator<CheckpointTuple> {
    await this.#held.settled();
    this.#throwFailure();
    try {
      yield* this.#checkpointer.list(config, options);
    } catch (e) {
      throw this.#fail(e);
    }
  }

  override async getDeltaChannelHistory(of: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    this.#throwFailure();
    try {
      return await this.#checkpointer.getDeltaChannelHistory(of);
    } catch (e) {
      throw this.#fail(e);
    }
  }

  async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { threadId, ns, id: parentId } = addressOf(config);
    this.#written.set(ns, { id: checkpoint.id, tasks: new Set() });
    try {
      this.#throwFailure();
      await this.#held.alongWith(checkpoint.id, (batches) =>
        this.#putCheckpoint({ ns, parentId }, checkpoint, metadata, newVersions, batches),
      );
    } catch (e) {
      const error = this.#fail(e);
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
    this.#throwFailure();
    const root: RootPut | undefined =
      ns === '' ? { stop: this.#stop, superstep: this.#superstep(metadata) } : undefined;
    const control = await this.#checkpointer.fenced.put(this.#start, put, root);
    if (control === undefined) throw await fenced(this.#checkpointer.pool, this.#start);
    if (!root) return;
    this.#head = checkpoint.id;
    this.#committed = true;
    this.#remember(put);
    this.onCommit?.({ checkpointId: checkpoint.id, step: metadata.step, source: metadata.source, control });
  }

  #superstep(metadata: CheckpointMetadata): RootPut['superstep'] {
    const tasks = this.tasksOfCommit?.();
    if (!tasks || (metadata.source !== 'loop' && tasks.length === 0)) return undefined;
    return { runId: this.#start.runId, step: metadata.step, tasks: toJsonb(tasks) };
  }

  /** The next slice of this run may begin from here without a read. */
  #remember(put: {
    id: string;
    parentId: string | undefined;
    checkpoint: string;
    metadata: string;
    values: { channel: string; value: Stored }[];
  }): void {
    const { threadId, phase } = this.#start;
    const { cache } = this.#checkpointer;
    const before = this.#record;
    if (before?.id !== put.parentId) {
      this.#record = undefined;
      cache.delete(threadId);
      return;
    }
    const values = new Map(before?.values);
    for (const { channel, value } of put.values) {
      if (value.data === null) values.delete(channel);
      else values.set(channel, value);
    }
    const { id, parentId = null, checkpoint, metadata } = put;
    this.#record = { threadId, ns: '', id, parentId, checkpoint, metadata, values, writes: [] };
    cache.set(this.#record, phase);
  }

  putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    if (this.#failure) return Promise.resolve();
    const { ns, id } = addressOf(config);
    const at = { ns, checkpointId: id ?? '', taskId };
    try {
      const batch = toBatch(this.#checkpointer.codec, at, this.#askers.mark(at, writes));
      if (!batch) return Promise.resolve();
      const written = this.#written.get(ns);
      // The fence keeps others out: a task without rows at the load, and without any since, has none.
      if (written?.id === id && !written?.tasks.has(taskId)) batch.replaces = false;
      written?.tasks.add(taskId);
      return this.#held.add(batch);
    } catch (e) {
      this.#fail(e);
      return Promise.resolve();
    }
  }

  /** Stores batches in a statement of their own. Never rejects: see rule 3. */
  async #flush(batches: WriteBatch[]): Promise<void> {
    if (this.#failure) return;
    try {
      if (!(await this.#checkpointer.fenced.putWrites(this.#start, batches)))
        throw await fenced(this.#checkpointer.pool, this.#start);
      await this.#rememberWrites(batches);
    } catch (e) {
      this.#fail(e);
    }
  }

  async #rememberWrites(batches: WriteBatch[]): Promise<void> {
    const { threadId, phase } = this.#start;
    for (const { ns, checkpointId, taskId, rows, whole } of batches) {
      if (ns !== '') continue;
      const writes = await Promise.all(rows.map(async (row) => ({ taskId, ...row, value: await row.value })));
      this.#checkpointer.cache.addWrites(threadId, checkpointId, phase, taskId, writes, whole);
    }
  }

  deleteThread(threadId: string): Promise<void> {
    return Promise.reject(new HoldfastError('INTERNAL', `a slice does not delete its thread (${threadId})`));
  }

  /** Everything handed over is durable. Call it when LangGraph has returned, whatever it returned. @throws the first failure. */
  async settle(): Promise<void> {
    await this.#held.settled();
    this.#throwFailure();
  }

  /** Whether `e` arose here, at any depth of causes and aggregates: infrastructure, never the node's fault. */
  isOwnError(e: unknown): boolean {
    return contains(this.#own, e);
  }

  /**
   * Answers interrupts by id, once per request id however often it is called.
   * @throws INTERRUPT_NOT_FOUND when an id is not pending, and then none is answered; FENCED.
   */
  async applyAnswers(requestId: string, answers: Record<string, unknown>): Promise<void> {
    const { threadId, head, forkFrom } = this.#start;
    try {
      const outcome = await this.#checkpointer.fenced.applyAnswers(
        this.#start,
        head ?? forkFrom ?? null,
        requestId,
        answers,
      );
      if (outcome === 'fenced') throw await fenced(this.#checkpointer.pool, this.#start);
      this.#checkpointer.cache.delete(threadId);
    } catch (e) {
      throw isHoldfastError(e, 'INTERRUPT_NOT_FOUND') ? e : this.#fail(e);
    }
  }

  /** Whether somebody else has written to the thread since: its newest checkpoint is not ours. */
  async foreignWriter(): Promise<boolean> {
    if (!this.#committed && this.#start.forkFrom !== undefined) return false;
    try {
      return (await this.#checkpointer.newestId(this.#start.threadId)) !== this.#head;
    } catch (e) {
      throw this.#fail(e);
    }
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Remembers the first failure and returns it: what fails afterwards follows from it. */
  #fail(e: unknown): unknown {
    if (this.#failure) return this.#failure.error;
    const error = storageError(e);
    this.#failure = { error };
    // State that cannot be stored is the graph's doing: another attempt would end in the same way.
    if (!isHoldfastError(error, 'STATE_UNSERIALIZABLE')) {
      for (const own of [error, e]) if (typeof own === 'object' && own !== null) this.#own.add(own);
    }
    this.#checkpointer.cache.delete(this.#start.threadId);
    this.onFailure?.(error);
    return error;
  }
}

/** How far another machine's clock may be ahead of ours before we say so instead of waiting. */
const CLOCKS_APART_MS = 5_000;

async function clockPast(time: number): Promise<void> {
  const ahead = time - Date.now();
  if (ahead > CLOCKS_APART_MS) {
    throw new HoldfastError('STATE_CONFLICT', `the newest checkpoint is ${Math.ceil(ahead / 1000)} s in the future`, {
      next: 'synchronise the clocks of all machines that write to this database',
    });
  }
  while (Date.now() <= time) await new Promise((resolve) => setTimeout(resolve, 1));
}
