import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import type { Pool, PoolClient } from '../db/pool.js';
import { tablesOf, type Tables } from './sql.js';

/** Any constant: it only has to differ from other users of advisory locks in the same database. */
const LOCK = 4_705_534;
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Makes LangGraph's tables with its own migrations, and adds what only makes them faster: stock savers neither see nor
 * miss it. The advisory lock makes it safe under concurrency, which the migrations alone are not.
 */
export async function setupTables(pool: Pool, schema: string): Promise<void> {
  const tables = tablesOf(schema);
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    try {
      await new PostgresSaver(pool, undefined, { schema }).setup();
      await tune(client, tables);
    } catch (e) {
      // Tables that belong to somebody else work as they are.
      if ((e as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw e;
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    client.release();
  }
}

async function tune(client: PoolClient, { schema, blobs, writes }: Tables): Promise<void> {
  const { rows } = await client.query<{ indexed: boolean; lz4: boolean; fast: boolean }>(
    `SELECT to_regclass($1) IS NOT NULL AS indexed,
       EXISTS (SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) AS lz4,
       (SELECT bool_and(attstorage = 'e' OR attcompression = 'l') FROM pg_attribute
        WHERE attrelid IN ($2::regclass, $3::regclass) AND attname = 'blob') AS fast`,
    [`"${schema.replaceAll('"', '""')}".holdfast_asked`, blobs, writes],
  );
  const [state] = rows;
  // Answers look for a thread's INTERRUPT and RESUME rows, which are few among many.
  if (!state!.indexed) await client.query(`CREATE INDEX holdfast_asked ON ${writes} (thread_id) WHERE idx IN (-3, -4)`);
  if (state!.fast) return;
  // PostgreSQL's default compression costs more than everything else about a large state: 5 ms for 300 KB. Rows that are there stay as they are.
  const how = state!.lz4 ? 'SET COMPRESSION lz4' : 'SET STORAGE external';
  for (const table of [blobs, writes]) await client.query(`ALTER TABLE ${table} ALTER COLUMN blob ${how}`);
}
