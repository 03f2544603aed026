import { ERROR, WRITES_IDX_MAP, type PendingWrite } from '@langchain/langgraph-checkpoint';
import type { Codec, Stored } from './codec.js';

const ERROR_SOURCE_NODE = '__error_source_node__';
const NO_WRITES = '__no_writes__';
const ERROR_IDX = WRITES_IDX_MAP[ERROR]!;

/** What one task left behind, ready to be stored: at most one row per index. */
export interface WriteBatch {
  ns: string;
  checkpointId: string;
  taskId: string;
  rows: BatchRow[];
  /** The batch stands for all the task did: its earlier ordinary rows and ERROR row go, INTERRUPT and RESUME stay. */
  whole: boolean;
  /** There may be such rows. Looking for them in vain costs as much as writing. */
  replaces: boolean;
  /** The failure of a node that has an error handler. Durable alone, it would hide the failure's error object from a handler that starts anew. */
  awaitsHandler: boolean;
}

export interface BatchRow {
  idx: number;
  channel: string;
  value: Stored | Promise<Stored>;
}

/**
 * Serialises at once: what a node does to its values after it returned is no part of what it wrote.
 * undefined: nothing of it is to be kept.
 */
export function toBatch(
  codec: Codec,
  at: { ns: string; checkpointId: string; taskId: string },
  writes: PendingWrite[],
): WriteBatch | undefined {
  let kept = writes;
  const awaitsHandler = writes.some(([channel]) => channel === ERROR_SOURCE_NODE);
  if (!awaitsHandler && writes.some(([channel]) => channel === ERROR)) {
    // The partial writes of a failed task would be taken for a finished task's later. Inside a subgraph not even the
    // error is kept: the node that holds the subgraph fails with it, and runs it again.
    if (at.ns !== '') return undefined;
    kept = writes.filter(([channel]) => channel === ERROR);
  }
  // A task whose writes all went to untracked channels is done nevertheless.
  if (kept.length === 0) kept = [[NO_WRITES, null]];
  // A task that asks twice emits RESUME twice: the later list is the full one.
  const byIndex = new Map(kept.map((write, i) => [WRITES_IDX_MAP[write[0]] ?? i, write]));
  const rows = [...byIndex].map(([idx, [channel, value]]) => ({ idx, channel, value: codec.dump(value) }));
  const whole = rows.some(({ idx }) => idx >= ERROR_IDX);
  return { ...at, rows, whole, replaces: whole, awaitsHandler };
}

/** Two batches of one task in one statement would touch the same rows twice: the later one wins, by the same rule. */
export function merge(earlier: WriteBatch, later: WriteBatch): WriteBatch {
  const taken = new Set(later.rows.map(({ idx }) => idx));
  const rows = earlier.rows.filter(({ idx }) => !taken.has(idx) && !(later.whole && idx >= ERROR_IDX));
  const whole = earlier.whole || later.whole;
  return { ...later, rows: [...rows, ...later.rows], whole, replaces: earlier.replaces || later.replaces };
}
