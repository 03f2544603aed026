import type { Pool } from '../db/pool.js';
import { execute, type Statement, type Tables } from './sql.js';
import { byTaskAndIndex, type CheckpointRecord } from './tuple.js';

/** Reads one checkpoint, the newest of the namespace when no id is given, with values and pending writes in one round trip. */
export function createReadRecord(pool: Pool, tables: Tables) {
  const byId = statement(tables, true);
  const newest = statement(tables, false);
  return async (threadId: string, ns: string, id?: string): Promise<CheckpointRecord | undefined> => {
    const { rows } = await execute(pool, id ? byId : newest, id ? [threadId, ns, id] : [threadId, ns]);
    let record: CheckpointRecord | undefined;
    // The checkpoint's own row comes first: UNION ALL keeps the order of its parts here, but that is not promised.
    for (const [kind, a, b, text, more] of rows) {
      if (kind !== 0) continue;
      record = {
        threadId,
        ns,
        id: a as string,
        parentId: b as string | null,
        checkpoint: text as string,
        metadata: more as string,
        values: new Map(),
        writes: [],
      };
    }
    if (!record) return undefined;
    for (const [kind, a, b, text, type, bytes, idx] of rows) {
      if (kind === 0) continue;
      const value = { type: type as string, data: (text as string | null) ?? (bytes as Buffer) };
      if (kind === 1) record.values.set(a as string, value);
      else record.writes.push({ taskId: a as string, channel: b as string, idx: idx as number, value });
    }
    record.writes.sort(byTaskAndIndex);
    return record;
  };
}

export function createReadNewestId(pool: Pool, { schema, checkpoints }: Tables) {
  const newest = {
    name: `hf:newest-id:${schema}`,
    text: `SELECT checkpoint_id FROM ${checkpoints} WHERE thread_id = $1 AND checkpoint_ns = '' ORDER BY checkpoint_id DESC LIMIT 1`,
  };
  return async (threadId: string): Promise<string | undefined> =>
    (await execute(pool, newest, [threadId])).rows[0]?.[0] as string | undefined;
}

/** JSON travels as text: half of what bytea costs on the wire, and what JSON.parse wants. */
const content = (table: string): string =>
  `CASE WHEN ${table}.type = 'json' THEN convert_from(${table}.blob, 'UTF8') END, ${table}.type, CASE WHEN ${table}.type <> 'json' THEN ${table}.blob END`;

/** The lateral queries are looked up by key, whatever the planner thinks of a new table: a scan would cost the thread's whole length. */
function statement({ schema, checkpoints, blobs, writes }: Tables, byId: boolean): Statement {
  return {
    name: `hf:${byId ? 'get' : 'newest'}:${schema}`,
    text: `WITH c AS MATERIALIZED (
  SELECT checkpoint_id, parent_checkpoint_id, checkpoint, metadata FROM ${checkpoints}
  WHERE thread_id = $1 AND checkpoint_ns = $2 ${byId ? 'AND checkpoint_id = $3' : 'ORDER BY checkpoint_id DESC LIMIT 1'})
SELECT 0 AS kind, checkpoint_id, parent_checkpoint_id, checkpoint::text, metadata::text, NULL::bytea, 0 FROM c
UNION ALL
SELECT 1, b.channel, NULL, ${content('b')}, 0
FROM c, jsonb_each_text(c.checkpoint -> 'channel_versions') AS v,
  LATERAL (SELECT channel, type, blob FROM ${blobs} WHERE thread_id = $1 AND checkpoint_ns = $2 AND channel = v.key AND version = v.value OFFSET 0) AS b
WHERE b.type <> 'empty'
UNION ALL
SELECT 2, w.task_id, w.channel, ${content('w')}, w.idx
FROM c, LATERAL (SELECT task_id, channel, type, blob, idx FROM ${writes}
  WHERE thread_id = $1 AND checkpoint_ns = $2 AND checkpoint_id = c.checkpoint_id OFFSET 0) AS w`,
  };
}
