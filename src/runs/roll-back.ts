import type { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import type { Pool } from '../db/pool.js';
import { inTransaction } from '../db/transaction.js';
import { HoldfastError } from '../errors.js';
import type { SliceRequest } from './begin-slice.js';

/** LangGraph's `rollback`: takes the run's checkpoints away, so that the thread stands where it stood before. */
export async function rollBack(
  pool: Pool,
  checkpointer: PostgresCheckpointer,
  { threadId, runId, phase }: SliceRequest,
): Promise<void> {
  const tables = checkpointer.tables;
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE holdfast.fences SET head = NULL
       WHERE thread_id = $1 AND era = $2 AND seq = $3 AND attempt = $4 AND NOT deleted`,
      [threadId, phase.era, phase.seq, phase.attempt],
    );
    if (rowCount === 0)
      throw new HoldfastError('FENCED', `a newer attempt holds thread ${threadId}`, { details: { threadId } });
    const { rows } = await client.query<{ id: string; ns: string }>(
      `DELETE FROM ${tables.checkpoints} WHERE thread_id = $1 AND metadata->>'run_id' = $2
       RETURNING checkpoint_id AS id, checkpoint_ns AS ns`,
      [threadId, runId],
    );
    await client.query(
      `DELETE FROM ${tables.writes} w USING unnest($2::text[], $3::text[]) AS gone (id, ns)
       WHERE w.thread_id = $1 AND w.checkpoint_id = gone.id AND w.checkpoint_ns = gone.ns`,
      [threadId, rows.map((row) => row.id), rows.map((row) => row.ns)],
    );
    await client.query('DELETE FROM holdfast.supersteps WHERE thread_id = $1 AND run_id = $2', [threadId, runId]);
  });
}
