import type { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import type { Pool } from '../db/pool.js';
import { inTransaction } from '../db/transaction.js';
import { CONTROL_CHANNEL } from './control.js';

/** Leaves a tombstone in the fence, so that what still runs of the thread cannot bring it back. */
export async function deleteThread(pool: Pool, { tables }: PostgresCheckpointer, threadId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO holdfast.fences (thread_id, deleted, control) VALUES ($1, true, 'abort')
       ON CONFLICT (thread_id) DO UPDATE SET deleted = true, control = 'abort', head = NULL`,
      [threadId],
    );
    for (const table of [tables.writes, tables.blobs, tables.checkpoints, 'holdfast.supersteps', 'holdfast.threads']) {
      await client.query(`DELETE FROM ${table} WHERE thread_id = $1`, [threadId]);
    }
    await client.query('SELECT pg_notify($1, $2)', [CONTROL_CHANNEL, threadId]);
  });
}
