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
  type SerializerProtocol,
} from '@langchain/langgraph-checkpoint';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import type { Pool } from '../db/pool.js';
import { createApplyAnswers } from './answers.js';
import { createCheckpointCache, type CheckpointCache } from './cache.js';
import { codecOf, createCodec, EMPTY, forJsonb, toJsonb, type Codec, type Stored } from './codec.js';
import { createDeleteThread } from './delete-thread.js';
import { createReadDeltaHistory } from './delta-history.js';
import { storageError } from './errors.js';
import { createPutCheckpoint } from './put-checkpoint.js';
import { createPutWrites } from './put-writes.js';
import { createPutUnfenced, createPutWritesUnfenced } from './put-unfenced.js';
import { createReadNewestId, createReadRecord } from './read-record.js';
import { setupTables } from './setup.js';
import { tablesOf, type Tables } from './sql.js';
import { toTuple, type CheckpointRecord } from './tuple.js';
import { createVersions } from './versions.js';

export interface PostgresCheckpointerOptions {
  /** Where LangGraph's tables are. Default "public". */
  schema?: string;
  /** In place of LangGraph's own serialisation: encryption, for example. */
  serde?: SerializerProtocol;
  /** Shared by the slices of this process. */
  cache?: CheckpointCache;
}

/**
 * A drop-in for LangGraph's PostgresSaver on the same tables, without a fence: one statement where that one takes a
 * transaction of several, versions that let threads fork, and metadata that may hold any character.
 *
 * Every method rejects with POSTGRES_UNREACHABLE, DISK_FULL, SCHEMA_MISSING or STATE_UNSERIALIZABLE where that is the cause.
 */
export class PostgresCheckpointer extends BaseCheckpointSaver {
  readonly pool: Pool;
  readonly tables: Tables;
  readonly codec: Codec;
  readonly cache: CheckpointCache;
  /** LangGraph's own format: metadata is always kept in it. */
  readonly json = createCodec();

  /** @internal The operations of an attempt that holds the thread. */
  readonly fenced;

  readonly #stock: PostgresSaver;
  readonly #readRecord;
  readonly #readNewestId;
  readonly #readDeltaHistory;
  readonly #put;
  readonly #putWrites;
  readonly #deleteThread;
  readonly #nextVersion = createVersions();

  constructor(pool: Pool, { schema = 'public', serde, cache }: PostgresCheckpointerOptions = {}) {
    const json = createCodec();
    super(serde ?? json);
    this.pool = pool;
    this.tables = tablesOf(schema);
    this.codec = serde ? codecOf(serde) : json;
    this.cache = cache ?? createCheckpointCache();
    this.fenced = {
      put: createPutCheckpoint(pool, this.tables),
      putWrites: createPutWrites(pool, this.tables),
      applyAnswers: createApplyAnswers(pool, this.tables, this.codec),
    };
    this.#stock = new PostgresSaver(pool, this.serde, { schema });
    this.#readRecord = createReadRecord(pool, this.tables);
    this.#readNewestId = createReadNewestId(pool, this.tables);
    this.#readDeltaHistory = createReadDeltaHistory(pool, this.tables, this.codec);
    this.#put = createPutUnfenced(pool, this.tables);
    this.#putWrites = createPutWritesUnfenced(pool, this.tables, this.codec);
    this.#deleteThread = createDeleteThread(pool, this.tables);
  }

  /** Makes LangGraph's tables; safe to call at every start, by any number of processes. */
  setup(): Promise<void> {
    return translated(setupTables(this.pool, this.tables.schema));
  }

  override getNextVersion(current: number | undefined): number {
    return this.#nextVersion(current);
  }

  async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    if (config.configurable?.thread_id === undefined) return undefined;
    const { threadId, ns, id } = addressOf(config);
    const record = await this.readRecord(threadId, ns, id);
    return record && this.decode(record);
  }

  /** The rows of one checkpoint, the newest when no id is given, before they are decoded. */
  readRecord(threadId: string, ns: string, id: string | undefined): Promise<CheckpointRecord | undefined> {
    return translated(this.#readRecord(threadId, ns, id));
  }

  /** The id of a thread's newest root checkpoint. */
  newestId(threadId: string): Promise<string | undefined> {
    return translated(this.#readNewestId(threadId));
  }

  /** @internal Decodes anew at every call. */
  async decode(record: CheckpointRecord): Promise<CheckpointTuple> {
    const tuple = await toTuple(record, this.codec, this.json);
    // Checkpoints of before format 4 kept pending sends elsewhere; LangGraph's own saver knows how to bring them over.
    if (tuple.checkpoint.v >= 4 || record.parentId === null) return tuple;
    return (await this.#stock.getTuple(tuple.config)) ?? tuple;
  }

  async *list(config: RunnableConfig, options?: CheckpointListOptions): AsyncGenerator<CheckpointTuple> {
    try {
      yield* this.#stock.list(config, options);
    } catch (e) {
      throw storageError(e);
    }
  }

  async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { threadId, ns, id: parentId } = addressOf(config);
    const json = { checkpoint: checkpointJson(checkpoint), metadata: toJsonb(metadata) };
    const changed = await changedValues(this.codec, checkpoint, newVersions);
    await translated(this.#put({ threadId, ns, id: checkpoint.id, parentId }, json, changed));
    return { configurable: { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: checkpoint.id } };
  }

  async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const { threadId, ns, id } = addressOf(config);
    if (id === undefined) throw new TypeError('config.configurable.checkpoint_id is missing');
    await translated(this.#putWrites({ threadId, ns, id, taskId }, writes));
  }

  /** Removes the thread's state. Threads that Holdfast runs are deleted through its client, which ends their run first. */
  async deleteThread(threadId: string): Promise<void> {
    await translated(this.#deleteThread(threadId));
    this.cache.delete(threadId);
  }

  override getDeltaChannelHistory({
    config,
    channels,
  }: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    const { threadId, ns, id } = addressOf(config);
    return translated(this.#readDeltaHistory(threadId, ns, id, channels));
  }
}

export interface Address {
  threadId: string;
  ns: string;
  id: string | undefined;
}

export function addressOf(config: RunnableConfig): Address {
  const { thread_id, checkpoint_ns, checkpoint_id } = config.configurable ?? {};
  if (thread_id === undefined) throw new TypeError('config.configurable.thread_id is missing');
  return {
    threadId: String(thread_id),
    ns: (checkpoint_ns as string | undefined) ?? '',
    id: (checkpoint_id as string | undefined) || undefined,
  };
}

/** What the checkpoints table keeps: everything but the values, which are rows of their own. */
export function checkpointJson(checkpoint: Checkpoint): string {
  return forJsonb(JSON.stringify({ ...checkpoint, channel_values: undefined }));
}

/** Serialises the channels that changed, at once; a channel without a value is stored as empty. */
export async function changedValues(
  codec: Codec,
  { channel_values: values }: Checkpoint,
  versions: ChannelVersions,
): Promise<{ channel: string; version: string; value: Stored }[]> {
  const changed = Object.entries(versions).map(([channel, version]) => ({
    channel,
    version: String(version),
    value: channel in values ? codec.dump(values[channel]) : EMPTY,
  }));
  return Promise.all(changed.map(async (entry) => ({ ...entry, value: await entry.value })));
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (e) {
    throw storageError(e);
  }
}
