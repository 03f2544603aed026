import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import type { Pool } from '../db/pool.js';
import { tablesOf } from './sql.js';

/** Any constant: it only has to differ from other users of advisory locks in the same database. */
const LOCK = 4_705_534;

/**
 * Makes LangGraph's tables with its own migrations, and adds what only makes them faster: stock savers neither see nor
 * miss it. The advisory lock makes it safe under concurrency, which the migrations alone are not.
 */
export async function setupTables(pool: Pool, schema: string): Promise<void> {
  const { writes } = tablesOf(schema);
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    try {
      await new PostgresSaver(pool, undefined, { schema }).setup();
      // Answers look for a thread's INTERRUPT and RESUME rows, which are few among many.
      await client.query(`CREATE INDEX IF NOT EXISTS holdfast_asked ON ${writes} (thread_id) WHERE idx IN (-3, -4)`);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    client.release();
  }
}
