import type { Pool } from '../db/pool.js';
import { inTransaction } from '../db/transaction.js';
import { HoldfastError } from '../errors.js';
import type { CancelAction } from './begin-slice.js';
import { CONTROL_CHANNEL } from './control.js';
import { RUNS_CHANNEL } from './finish-slice.js';
import { getRun } from './read-runs.js';
import type { RunStatus } from './types.js';

export interface CancelRequest {
  runId: string;
  action: CancelAction;
  reason: string | null;
  actor: string | null;
}

/**
 * Writes down that a run is to be cancelled. One that waits for a person is cancelled here and now; one that is queued or runs is
 * told so through its thread's fence, which every commit reads, and the caller signals its workflow.
 * @returns whether the workflow has to be told.
 * @throws RUN_NOT_FOUND, RUN_ENDED
 */
export async function requestCancel(pool: Pool, { runId, action, reason, actor }: CancelRequest): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { threadId } = await getRun(client, runId);
    const { rows } = await client.query<{ status: RunStatus }>(
      'SELECT status FROM holdfast.runs WHERE run_id = $1 FOR UPDATE',
      [runId],
    );
    const status = rows[0]?.status ?? 'cancelled';
    switch (status) {
      case 'pending':
      case 'running':
        await client.query(
          'UPDATE holdfast.runs SET cancel_action = $2, cancel_reason = $3, cancelled_by = $4 WHERE run_id = $1',
          [runId, action, reason, actor],
        );
        await client.query(`UPDATE holdfast.fences SET control = 'abort' WHERE thread_id = $1 AND run_id = $2`, [
          threadId,
          runId,
        ]);
        await client.query('SELECT pg_notify($1, $2)', [CONTROL_CHANNEL, threadId]);
        return true;
      case 'interrupted':
      case 'held':
      case 'paused':
        await client.query(
          `UPDATE holdfast.runs SET status = 'cancelled', cancel_action = $2, cancel_reason = $3, cancelled_by = $4,
             ended_at = clock_timestamp() WHERE run_id = $1`,
          [runId, action, reason, actor],
        );
        await client.query(
          `UPDATE holdfast.holds SET released_at = clock_timestamp(), verb = 'cancel', reason = $2, actor = $3
           WHERE run_id = $1 AND released_at IS NULL`,
          [runId, reason, actor],
        );
        await client.query('SELECT pg_notify($1, $2)', [RUNS_CHANNEL, runId]);
        return false;
      case 'success':
      case 'error':
      case 'cancelled':
      case 'timeout':
        throw new HoldfastError('RUN_ENDED', `run ${runId} has ended: ${status}`, { details: { runId, status } });
    }
  });
}
