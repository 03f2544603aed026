import type { Phase } from '../runs/types.js';
import type { CheckpointRecord, StoredWrite } from './tuple.js';
import { byTaskAndIndex } from './tuple.js';

/**
 * The newest root checkpoint of threads that this process has just worked on, so that the next slice of a run begins
 * without asking the database. It keeps serialised values, never live ones: LangGraph hands channel values to nodes, and
 * a node that mutates its input must not change what the next slice begins with; what is read here is, byte for byte,
 * what the rows say.
 *
 * Read only for a head that the fence has named, on a slice's first attempt: then it cannot be stale.
 */
export interface CheckpointCache {
  get(threadId: string, checkpointId: string): CheckpointRecord | undefined;
  /** Takes the thread's place in the cache, unless a later phase of the thread holds it. */
  set(record: CheckpointRecord, phase: Phase): void;
  /** Adds a task's writes to the checkpoint they belong to, in place of its earlier ones. */
  addWrites(
    threadId: string,
    checkpointId: string,
    phase: Phase,
    taskId: string,
    writes: StoredWrite[],
    whole: boolean,
  ): void;
  delete(threadId: string): void;
}

export interface CacheLimits {
  /** Threads. Default 1,000. */
  entries?: number;
  /** Serialised size of all of them. Default 64 MiB. */
  bytes?: number;
}

interface Entry {
  record: CheckpointRecord;
  phase: Phase;
  bytes: number;
}

export function createCheckpointCache({ entries = 1_000, bytes = 64 * 2 ** 20 }: CacheLimits = {}): CheckpointCache {
  const byThread = new Map<string, Entry>();
  let total = 0;

  const drop = (threadId: string) => {
    total -= byThread.get(threadId)?.bytes ?? 0;
    byThread.delete(threadId);
  };
  const keep = (entry: Entry) => {
    drop(entry.record.threadId);
    if (entry.bytes > bytes) return;
    byThread.set(entry.record.threadId, entry);
    total += entry.bytes;
    // A Map yields its keys in the order of insertion: the one least recently committed goes first.
    for (const threadId of byThread.keys()) {
      if (total <= bytes && byThread.size <= entries) break;
      drop(threadId);
    }
  };

  return {
    get(threadId, checkpointId) {
      const entry = byThread.get(threadId);
      return entry?.record.id === checkpointId ? entry.record : undefined;
    },
    set(record, phase) {
      const held = byThread.get(record.threadId);
      if (held && isLater(held.phase, phase)) return;
      keep({ record, phase, bytes: sizeOf(record) });
    },
    addWrites(threadId, checkpointId, phase, taskId, writes, whole) {
      const held = byThread.get(threadId);
      if (held?.record.id !== checkpointId || isLater(held.phase, phase)) return;
      const replaced = new Set(writes.map((write) => write.idx));
      const kept = held.record.writes.filter(
        (write) => write.taskId !== taskId || !(replaced.has(write.idx) || (whole && write.idx >= -1)),
      );
      const record = { ...held.record, writes: [...kept, ...writes].sort(byTaskAndIndex) };
      keep({ record, phase, bytes: sizeOf(record) });
    },
    delete: drop,
  };
}

const isLater = (a: Phase, b: Phase): boolean => (a.era - b.era || a.seq - b.seq || a.attempt - b.attempt) > 0;

function sizeOf(record: CheckpointRecord): number {
  let size = record.checkpoint.length + record.metadata.length + 512;
  for (const { data } of record.values.values()) size += data?.length ?? 0;
  for (const { value } of record.writes) size += value.data?.length ?? 0;
  return size;
}
