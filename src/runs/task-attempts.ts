import type { Pool } from '../db/pool.js';
import type { SliceRequest } from './begin-slice.js';

/** Writes down that a task's code is about to run in this process. */
export async function openTask(
  pool: Pool,
  { runId, phase }: SliceRequest,
  taskId: string,
  node: string,
): Promise<void> {
  await pool.query({
    name: 'open-task',
    text: `INSERT INTO holdfast.task_attempts (run_id, task_id, era, seq, attempt, node) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT DO NOTHING`,
    values: [runId, taskId, phase.era, phase.seq, phase.attempt, node],
  });
}

/** The task's code came to an end, whichever. Not awaited by the task: a row left open by a lost statement only makes us careful. */
export function closeTask(pool: Pool, { runId, phase }: SliceRequest, taskId: string): void {
  pool
    .query({
      name: 'close-task',
      text: `UPDATE holdfast.task_attempts SET finished_at = clock_timestamp()
             WHERE run_id = $1 AND task_id = $2 AND era = $3 AND seq = $4 AND attempt = $5`,
      values: [runId, taskId, phase.era, phase.seq, phase.attempt],
    })
    .catch(() => undefined);
}
