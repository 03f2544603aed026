import type { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import type { Pool } from '../db/pool.js';
import { inTransaction } from '../db/transaction.js';
import { HoldfastError } from '../errors.js';

/** Copies state and history, not runs: the copy has a fence of its own, made by its first run. @throws THREAD_NOT_FOUND */
export async function copyThread(
  pool: Pool,
  { tables }: PostgresCheckpointer,
  from: string,
  to: string,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `INSERT INTO holdfast.threads (thread_id, agent, metadata)
       SELECT $2, agent, metadata || jsonb_build_object('copied_from', $1::text) FROM holdfast.threads WHERE thread_id = $1`,
      [from, to],
    );
    if (rowCount === 0)
      throw new HoldfastError('THREAD_NOT_FOUND', `there is no thread ${from}`, { details: { threadId: from } });
    await client.query(
      `INSERT INTO ${tables.checkpoints} (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata)
       SELECT $2, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata
       FROM ${tables.checkpoints} WHERE thread_id = $1`,
      [from, to],
    );
    await client.query(
      `INSERT INTO ${tables.blobs} (thread_id, checkpoint_ns, channel, version, type, blob)
       SELECT $2, checkpoint_ns, channel, version, type, blob FROM ${tables.blobs} WHERE thread_id = $1`,
      [from, to],
    );
    await client.query(
      `INSERT INTO ${tables.writes} (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
       SELECT $2, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob FROM ${tables.writes} WHERE thread_id = $1`,
      [from, to],
    );
  });
}
