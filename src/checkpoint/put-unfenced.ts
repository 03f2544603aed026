import { WRITES_IDX_MAP, type PendingWrite } from '@langchain/langgraph-checkpoint';
import type { Pool } from '../db/pool.js';
import { allStored, type Codec, type Stored } from './codec.js';
import { pack } from './payload.js';
import { execute, type Statement, type Tables } from './sql.js';

/** What stock LangGraph does, as one statement: for state that nobody's run owns. */
export function createPutUnfenced(pool: Pool, tables: Tables) {
  const { schema, checkpoints, blobs } = tables;
  const statement: Statement = {
    name: `hf:put:${schema}`,
    text: `WITH b AS (INSERT INTO ${blobs} (thread_id, checkpoint_ns, channel, version, type, blob)
  SELECT $1, $2, v.channel, v.version, v.type, substring($12::bytea FROM v.start FOR v.length)
  FROM unnest($7::text[], $8::text[], $9::text[], $10::int[], $11::int[]) AS v(channel, version, type, start, length)
  ON CONFLICT (thread_id, checkpoint_ns, channel, version) DO NOTHING)
INSERT INTO ${checkpoints} (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb)
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET checkpoint = EXCLUDED.checkpoint, metadata = EXCLUDED.metadata`,
  };
  return async (
    at: { threadId: string; ns: string; id: string; parentId: string | undefined },
    json: { checkpoint: string; metadata: string },
    changed: { channel: string; version: string; value: Stored }[],
  ): Promise<void> => {
    const payload = pack(changed.map(({ value }) => value));
    await execute(pool, statement, [
      at.threadId,
      at.ns,
      at.id,
      at.parentId ?? null,
      json.checkpoint,
      json.metadata,
      changed.map(({ channel }) => channel),
      changed.map(({ version }) => version),
      payload.types,
      payload.starts,
      payload.lengths,
      payload.bytes,
    ]);
  };
}

/** Stock rules: a task's first ordinary writes stay, special ones are replaced. */
export function createPutWritesUnfenced(pool: Pool, tables: Tables, codec: Codec) {
  const keep = statementOf(tables, 'keep');
  const replace = statementOf(tables, 'replace');
  return async (
    at: { threadId: string; ns: string; id: string; taskId: string },
    writes: PendingWrite[],
  ): Promise<void> => {
    if (writes.length === 0) return;
    const byIndex = new Map(writes.map((write, i) => [WRITES_IDX_MAP[write[0]] ?? i, write]));
    const special = writes.every(([channel]) => channel in WRITES_IDX_MAP);
    const payload = pack(await allStored([...byIndex.values()].map(([, value]) => codec.dump(value))));
    await execute(pool, special ? replace : keep, [
      at.threadId,
      at.ns,
      at.id,
      at.taskId,
      [...byIndex.keys()],
      [...byIndex.values()].map(([channel]) => channel),
      payload.types,
      payload.starts,
      payload.lengths,
      payload.bytes,
    ]);
  };
}

function statementOf({ schema, writes }: Tables, existing: 'keep' | 'replace'): Statement {
  return {
    name: `hf:${existing}:${schema}`,
    text: `INSERT INTO ${writes} (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
SELECT $1, $2, $3, $4, v.idx, v.channel, v.type, substring($10::bytea FROM v.start FOR v.length)
FROM unnest($5::int[], $6::text[], $7::text[], $8::int[], $9::int[]) AS v(idx, channel, type, start, length)
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) ${
      existing === 'keep'
        ? 'DO NOTHING'
        : 'DO UPDATE SET channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob'
    }`,
  };
}
