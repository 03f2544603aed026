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

/** What a statement carries besides the checkpoint and the writes that made it. */
interface Shape {
  root: boolean;
  superstep: boolean;
  replacing: boolean;
}

/**
 * One statement, so one commit, for a superstep: the fence row moves on to the new checkpoint if it is ours and stands
 * where we left it, and only then come checkpoint, channel values, the tasks' writes and the timeline row.
 * Returns what the thread is asked to do; undefined when the fence refuses, and then nothing was stored.
 */
export function createPutCheckpoint(pool: Pool, tables: Tables) {
  const statements = new Map<string, Statement>();
  const statementFor = (shape: Shape): Statement => {
    const name = nameOf(shape, tables);
    let known = statements.get(name);
    if (!known) statements.set(name, (known = { name, text: textOf(shape, tables) }));
    return known;
  };
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
    ];
    // In the order in which textOf counts them.
    const { ns, checkpointIds, taskIds } = written.replaced;
    if (extra) values.push(extra.stop ?? null);
    if (extra?.superstep) values.push(extra.superstep.runId, extra.superstep.step, extra.superstep.tasks);
    if (ns.length > 0) values.push(ns, checkpointIds, taskIds);
    const shape = { root: extra !== undefined, superstep: extra?.superstep !== undefined, replacing: ns.length > 0 };
    const { rows } = await execute(pool, statementFor(shape), values);
    return rows[0]?.[0] as Control | undefined;
  };
}

const nameOf = ({ root, superstep, replacing }: Shape, { schema }: Tables): string =>
  `hf:put${root ? '-root' : ''}${superstep ? '-superstep' : ''}${replacing ? '-replacing' : ''}:${schema}`;

function textOf({ root, superstep, replacing }: Shape, tables: Tables): string {
  let last = 23;
  const next = () => `$${++last}`;
  const mine = stillMine('$1', '$7', '$8', '$9');
  // A subgraph's checkpoint is no head; its own namespace orders it.
  const fence = root
    ? `UPDATE holdfast.fences SET head = $3, stop = coalesce(stop, ${next()}::int) WHERE ${mine} AND (head IS NULL OR head = $4) RETURNING control`
    : `SELECT control FROM holdfast.fences WHERE ${mine} FOR SHARE`;
  const timeline = superstep
    ? `,
s AS (INSERT INTO holdfast.supersteps (thread_id, checkpoint_id, run_id, era, seq, attempt, step, tasks)
  SELECT $1, $3, ${next()}::uuid, $7, $8, $9, ${next()}::int, ${next()}::jsonb FROM h)`
    : '';
  const clean = replacing
    ? `,
d AS (${deleteReplaced(tables, PARAMETERS, { ns: next(), checkpointIds: next(), taskIds: next() }, 'h')})`
    : '';
  return `WITH h AS MATERIALIZED (${fence}),
b AS (INSERT INTO ${tables.blobs} (thread_id, checkpoint_ns, channel, version, type, blob)
  SELECT $1, $2, v.channel, v.version, v.type, substring($15::bytea FROM v.start FOR v.length)
  FROM h, unnest($10::text[], $11::text[], $12::text[], $13::int[], $14::int[]) AS v(channel, version, type, start, length)
  ON CONFLICT (thread_id, checkpoint_ns, channel, version) DO NOTHING),
w AS (${insertWrites(tables, PARAMETERS, 'h')}),
c AS (INSERT INTO ${tables.checkpoints} (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
  SELECT $1, $2, $3, $4, $5::jsonb, $6::jsonb FROM h
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET checkpoint = EXCLUDED.checkpoint, metadata = EXCLUDED.metadata)${timeline}${clean}
SELECT control FROM h`;
}
