import type {
  CheckpointMetadata,
  CheckpointPendingWrite,
  CheckpointTuple,
  Checkpoint,
} from '@langchain/langgraph-checkpoint';
import type { Codec, Stored } from './codec.js';

/** One checkpoint with all that belongs to it, still serialised: what the rows say and what the cache keeps. */
export interface CheckpointRecord {
  threadId: string;
  ns: string;
  id: string;
  parentId: string | null;
  /** JSON texts. */
  checkpoint: string;
  metadata: string;
  /** By channel; empty channels are left out. */
  values: Map<string, Stored>;
  /** In the order of task id and index. */
  writes: StoredWrite[];
}

export interface StoredWrite {
  taskId: string;
  idx: number;
  channel: string;
  value: Stored;
}

export const byTaskAndIndex = (a: StoredWrite, b: StoredWrite): number =>
  a.taskId < b.taskId ? -1 : a.taskId > b.taskId ? 1 : a.idx - b.idx;

/** Decodes anew at every call: a node that mutates what it was given changes nobody else's copy. */
export async function toTuple(record: CheckpointRecord, codec: Codec, json: Codec): Promise<CheckpointTuple> {
  const { threadId, ns, id, parentId } = record;
  const entries = [...record.values];
  const [metadata, values, written] = await Promise.all([
    json.load({ type: 'json', data: record.metadata }),
    Promise.all(entries.map(([, stored]) => codec.load(stored))),
    Promise.all(record.writes.map((write) => codec.load(write.value))),
  ]);
  const bare = JSON.parse(record.checkpoint) as Partial<Checkpoint>;
  const checkpoint = {
    ...bare,
    channel_versions: bare.channel_versions ?? {},
    versions_seen: bare.versions_seen ?? {},
    channel_values: Object.fromEntries(entries.map(([channel], i) => [channel, values[i]])),
  } as Checkpoint;
  return {
    config: configOf(threadId, ns, id),
    checkpoint,
    metadata: metadata as CheckpointMetadata,
    parentConfig: parentId === null ? undefined : configOf(threadId, ns, parentId),
    pendingWrites: record.writes.map((write, i): CheckpointPendingWrite => [write.taskId, write.channel, written[i]]),
  };
}

export const configOf = (threadId: string, ns: string, id: string) => ({
  configurable: { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: id },
});
