import { allStored, type Stored } from './codec.js';
import type { Tables } from './sql.js';
import type { WriteBatch } from './write-batch.js';

/** Batches as columns, for one unnest. `values` go into the statement's payload. */
export interface WriteColumns {
  keys: { ns: string[]; checkpointIds: string[]; taskIds: string[]; idx: number[]; channels: string[] };
  values: Stored[];
  replaced: { ns: string[]; checkpointIds: string[]; taskIds: string[] };
}

export async function toColumns(batches: WriteBatch[]): Promise<WriteColumns> {
  const keys: WriteColumns['keys'] = { ns: [], checkpointIds: [], taskIds: [], idx: [], channels: [] };
  const replaced: WriteColumns['replaced'] = { ns: [], checkpointIds: [], taskIds: [] };
  const values: (Stored | Promise<Stored>)[] = [];
  for (const { ns, checkpointId, taskId, rows, replaces } of batches) {
    for (const { idx, channel, value } of rows) {
      keys.ns.push(ns);
      keys.checkpointIds.push(checkpointId);
      keys.taskIds.push(taskId);
      keys.idx.push(idx);
      keys.channels.push(channel);
      values.push(value);
    }
    if (!replaces) continue;
    replaced.ns.push(ns);
    replaced.checkpointIds.push(checkpointId);
    replaced.taskIds.push(taskId);
  }
  return { keys, values: await allStored(values), replaced };
}

/** Names of the parameters that carry a statement's write rows. */
export interface WriteParameters {
  threadId: string;
  ns: string;
  checkpointIds: string;
  taskIds: string;
  idx: string;
  channels: string;
  types: string;
  starts: string;
  lengths: string;
  bytes: string;
}

/** Of a statement whose first four are the thread and the phase it is claimed by. */
export const FENCED_PARAMETERS: WriteParameters = {
  threadId: '$1',
  ns: '$5',
  checkpointIds: '$6',
  taskIds: '$7',
  idx: '$8',
  channels: '$9',
  types: '$10',
  starts: '$11',
  lengths: '$12',
  bytes: '$13',
};

/** Inserts the rows; `guard` is a relation that is empty when the fence refuses. */
export const insertWrites = ({ writes }: Tables, p: WriteParameters, guard: string): string =>
  `INSERT INTO ${writes} (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
  SELECT ${p.threadId}, v.ns, v.checkpoint_id, v.task_id, v.idx, v.channel, v.type, substring(${p.bytes}::bytea FROM v.start FOR v.length)
  FROM ${guard}, unnest(${p.ns}::text[], ${p.checkpointIds}::text[], ${p.taskIds}::text[], ${p.idx}::int[], ${p.channels}::text[],
    ${p.types}::text[], ${p.starts}::int[], ${p.lengths}::int[])
    AS v(ns, checkpoint_id, task_id, idx, channel, type, start, length)
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
  DO UPDATE SET channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob`;

/**
 * Removes what a task's earlier attempt left and this one does not write again: half of one beside half of the other is
 * no state at all. The lateral query is looked up by key, whatever the planner thinks of unnest.
 */
export const deleteReplaced = (
  { writes }: Tables,
  p: WriteParameters,
  replaced: { ns: string; checkpointIds: string; taskIds: string },
  guard: string,
): string =>
  `DELETE FROM ${writes} WHERE ctid = ANY (ARRAY(SELECT old.ctid
  FROM ${guard}, unnest(${replaced.ns}::text[], ${replaced.checkpointIds}::text[], ${replaced.taskIds}::text[]) AS r(ns, checkpoint_id, task_id),
  LATERAL (SELECT ctid, idx FROM ${writes} WHERE thread_id = ${p.threadId} AND checkpoint_ns = r.ns AND checkpoint_id = r.checkpoint_id
    AND task_id = r.task_id AND idx >= -1 OFFSET 0) AS old
  WHERE NOT EXISTS (SELECT 1 FROM unnest(${p.ns}::text[], ${p.checkpointIds}::text[], ${p.taskIds}::text[], ${p.idx}::int[]) AS k(ns, checkpoint_id, task_id, idx)
    WHERE k.ns = r.ns AND k.checkpoint_id = r.checkpoint_id AND k.task_id = r.task_id AND k.idx = old.idx)))`;
