import type { Pool } from '../db/pool.js';
import type { Control } from './types.js';

/** Notified with a thread's id in the transaction that writes its fence row's control. */
export const CONTROL_CHANNEL = 'holdfast_control';

/** What the threads are asked to do, by their fence rows. */
export async function controlsOf(pool: Pool, threadIds: string[]): Promise<{ threadId: string; control: Control }[]> {
  const { rows } = await pool.query<{ threadId: string; control: Control }>(
    'SELECT thread_id AS "threadId", control FROM holdfast.fences WHERE thread_id = ANY ($1::text[])',
    [threadIds],
  );
  return rows;
}
