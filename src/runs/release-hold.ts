import type { Pool } from '../db/pool.js';
import { inTransaction } from '../db/transaction.js';
import { HoldfastError } from '../errors.js';
import type { StoredValue } from './begin-slice.js';
import { getRun, latestRunOf } from './read-runs.js';
import { violated, type StoredRun } from './submit-run.js';
import type { HoldVerb } from './types.js';

export interface Release {
  runId: string;
  verb: Exclude<HoldVerb, 'cancel'>;
  /** The node skipped or gone to; default for skip: the held one. */
  target?: string;
  payload: StoredValue | null;
  reason: string | null;
  actor: string | null;
}

/**
 * An operator's word on a held run: it is pending again and its failures no longer count. The caller submits it to Temporal.
 * @throws RUN_NOT_FOUND, RUN_NOT_HELD, STATE_CONFLICT when a newer run has moved the thread on.
 */
export async function releaseHold(pool: Pool, release: Release): Promise<{ stored: StoredRun; number: number }> {
  const released = inTransaction(pool, async (client) => {
    const before = await getRun(client, release.runId);
    const { rows: holds } = await client.query<{ node: string | null }>(
      `UPDATE holdfast.holds SET released_at = clock_timestamp(), verb = $2, target = coalesce($3, node), payload_type = $4,
         payload = $5, reason = $6, actor = $7
       WHERE run_id = $1 AND released_at IS NULL RETURNING node`,
      [
        release.runId,
        release.verb,
        release.target ?? null,
        release.payload?.type ?? null,
        release.payload?.bytes ?? null,
        release.reason,
        release.actor,
      ],
    );
    if (holds.length === 0) {
      throw new HoldfastError('RUN_NOT_HELD', `run ${release.runId} is ${before.status}, not held`, {
        next: '`holdfast run ls --status held` lists the held ones',
        details: { runId: release.runId, status: before.status },
      });
    }
    const latest = await latestRunOf(client, before.threadId);
    if (latest !== release.runId) {
      throw new HoldfastError('STATE_CONFLICT', `thread ${before.threadId} has gone on with run ${latest}`, {
        next: `cancel run ${release.runId}: what it stood at is no longer the thread's state`,
      });
    }
    await client.query(`UPDATE holdfast.failures SET released = true WHERE run_id = $1`, [release.runId]);
    await client.query(`UPDATE holdfast.task_attempts SET released = true WHERE run_id = $1`, [release.runId]);
    const { rows } = await client.query<{ submissions: number; task_queue: string; era: number }>(
      `UPDATE holdfast.runs SET status = 'pending', submissions = submissions + 1, submitted_at = clock_timestamp(),
         error = NULL, waiting_at = NULL, ended_at = NULL
       WHERE run_id = $1
       RETURNING submissions, task_queue,
         coalesce((SELECT era FROM holdfast.fences f WHERE f.thread_id = runs.thread_id), 0)::float8 AS era`,
      [release.runId],
    );
    const row = rows[0];
    if (!row) throw new HoldfastError('RUN_NOT_FOUND', `run ${release.runId} was deleted`);
    const run = await getRun(client, release.runId);
    return { stored: { run, taskQueue: row.task_queue, fence: row.era }, number: row.submissions };
  });
  return released.catch((e: unknown) => {
    throw violated(e) === 'runs_exclusive'
      ? new HoldfastError('THREAD_BUSY', 'the thread is busy with another run', { cause: e })
      : e;
  });
}

/** Takes back a release that Temporal never heard of. False when the run has gone on. */
export async function holdAgain(pool: Pool, runId: string, number: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH back AS (
       UPDATE holdfast.holds SET released_at = NULL, verb = NULL, target = NULL, payload = NULL, payload_type = NULL,
         reason = NULL, actor = NULL
       WHERE hold_id = (SELECT hold_id FROM holdfast.holds WHERE run_id = $1 ORDER BY hold_id DESC LIMIT 1)
         AND EXISTS (SELECT 1 FROM holdfast.runs WHERE run_id = $1 AND status = 'pending' AND submissions = $2)
       RETURNING cause, message, node, since
     )
     UPDATE holdfast.runs SET status = 'held', waiting_at = array_remove(ARRAY[back.node], NULL), ended_at = back.since,
       error = jsonb_build_object('code', upper(back.cause), 'name', 'Held', 'message', back.message)
     FROM back WHERE run_id = $1`,
    [runId, number],
  );
  return rowCount === 1;
}
