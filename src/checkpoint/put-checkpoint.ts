import type { Pool } from '../db/pool.js';
import type { Control } from '../runs/types.js';
import { stillMine, type Claim } from './fence.js';
import type { Stored } from './codec.js';
import { pack } from './payload.js';
import { execute, type Statement, type Tables } from './sql.js';
import type { WriteBatch } from './write-batch.js';
import { deleteReplaced, insertWrites, toColumns, type WriteParameters } from './write-rows.js';

export interface CheckpointPut {
  ns: string;
  id: string;
  parentId: string | undefined;
  /** JSON texts, safe for jsonb. */
  checkpoint: string;
  metadata: string;
  /** The channels that changed. */
  values: { channel: string; version: string; value: Stored }[];
  /** Writes that are not durable yet: they travel with what was made of them. */
  batches: WriteBatch[];
}

/** What a root checkpoint carries besides. */
export interface RootPut {
  stop: number | undefined;
  superstep: { runId: string; step: number; tasks: string } | undefined;
}

const PARAMETERS: WriteParameters = {
  threadId: '$1',
  ns: '$16',
  checkpointIds: '$17',
  taskIds: '$18',
  idx: '$19',
  channels: '$20',
  types: '$21',
  starts: '$22',
  lengths: '$23',
  bytes: '$15',
};
const REPLACED = { ns: '$24', checkpointIds: '$25', taskIds: '$26' };

/**
 * One statement, so one commit, for a superstep: the fence row moves on to the new checkpoint if it is ours and stands
 * where we left it, and only then come checkpoint, channel values, the tasks' writes and the timeline row.
 * Returns what the thread is asked to do; undefined when the fence refuses, and then nothing was stored.
 */
export function createPutCheckpoint(pool: Pool, tables: Tables) {
  const inner = statement(tables, 'inner');
  const root = statement(tables, 'root');
  const superstep = statement(tables, 'superstep');
  return async ({ threadId, phase }: Claim, put: CheckpointPut, extra?: RootPut): Promise<Control | undefined> => {
    const written = await toColumns(put.batches);
    const changed = put.values;
    const payload = pack([...changed.map(({ value }) => value), ...written.values]);
    const n = changed.length;
    const values: unknown[] = [
      threadId,
      put.ns,
      put.id,
      put.parentId ?? null,
      put.checkpoint,
      put.metadata,
      phase.era,
      phase.seq,
      phase.attempt,
      changed.map(({ channel }) => channel),
      changed.map(({ version }) => version),
      payload.types.slice(0, n),
      payload.starts.slice(0, n),
      payload.lengths.slice(0, n),
      payload.bytes,
      written.keys.ns,
      written.keys.checkpointIds,
      written.keys.taskIds,
      written.keys.idx,
      written.keys.channels,
      payload.types.slice(n),
      payload.starts.slice(n),
      payload.lengths.slice(n),
      written.replaced.ns,
      written.replaced.checkpointIds,
      written.replaced.taskIds,
    ];
    if (extra) values.push(extra.stop ?? null);
    if (extra?.superstep) values.push(extra.superstep.runId, extra.superstep.step, extra.superstep.tasks);
    const { rows } = await execute(pool, extra ? (extra.superstep ? superstep : root) : inner, values);
    return rows[0]?.[0] as Control | undefined;
  };
}

function statement(tables: Tables, kind: 'inner' | 'root' | 'superstep'): Statement {
  const mine = stillMine('$1', '$7', '$8', '$9');
  // A subgraph's checkpoint is no head; its own namespace orders it.
  const fence =
    kind === 'inner'
      ? `SELECT control FROM holdfast.fences WHERE ${mine} FOR SHARE`
      : `UPDATE holdfast.fences SET head = $3, stop = coalesce(stop, $27::int) WHERE ${mine} AND (head IS NULL OR head = $4) RETURNING control`;
  const timeline =
    kind === 'superstep'
      ? `, s AS (INSERT INTO holdfast.supersteps (thread_id, checkpoint_id, run_id, era, seq, attempt, step, tasks)
  SELECT $1, $3, $28::uuid, $7, $8, $9, $29::int, $30::jsonb FROM h)`
      : '';
  return {
    name: `hf:${kind}:${tables.schema}`,
    text: `WITH h AS MATERIALIZED (${fence}),
b AS (INSERT INTO ${tables.blobs} (thread_id, checkpoint_ns, channel, version, type, blob)
  SELECT $1, $2, v.channel, v.version, v.type, substring($15::bytea FROM v.start FOR v.length)
  FROM h, unnest($10::text[], $11::text[], $12::text[], $13::int[], $14::int[]) AS v(channel, version, type, start, length)
  ON CONFLICT (thread_id, checkpoint_ns, channel, version) DO NOTHING),
d AS (${deleteReplaced(tables, PARAMETERS, REPLACED, 'h')}),
w AS (${insertWrites(tables, PARAMETERS, 'h')}),
c AS (INSERT INTO ${tables.checkpoints} (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
  SELECT $1, $2, $3, $4, $5::jsonb, $6::jsonb FROM h
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET checkpoint = EXCLUDED.checkpoint, metadata = EXCLUDED.metadata)${timeline}
SELECT control FROM h`,
  };
}
