import type { Pool } from '../db/pool.js';
import { execute, type Tables } from './sql.js';

/** Removes a thread's state in one statement. It leaves no tombstone: that is the fence's, and its owner's to write. */
export function createDeleteThread(pool: Pool, { schema, checkpoints, blobs, writes }: Tables) {
  const statement = {
    name: `hf:delete:${schema}`,
    text: `WITH w AS (DELETE FROM ${writes} WHERE thread_id = $1), b AS (DELETE FROM ${blobs} WHERE thread_id = $1)
DELETE FROM ${checkpoints} WHERE thread_id = $1`,
  };
  return async (threadId: string): Promise<void> => {
    await execute(pool, statement, [threadId]);
  };
}
