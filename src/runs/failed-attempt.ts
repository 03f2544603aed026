import type { Pool } from '../db/pool.js';
import { isHoldfastError, messageOf } from '../errors.js';
import type { SliceRequest } from './begin-slice.js';

/**
 * Writes down why an attempt could not go on, for the trace: retries that nobody sees look like a hang. As far as the database
 * takes it; an attempt without an end says as much by its successor.
 */
export async function noteFailedAttempt(pool: Pool, { runId, phase }: SliceRequest, error: unknown): Promise<void> {
  const outcome = isHoldfastError(error) ? `${error.code}: ${error.message}` : messageOf(error);
  await pool
    .query(
      `UPDATE holdfast.attempts SET ended_at = clock_timestamp(), outcome = $5
       WHERE run_id = $1 AND era = $2 AND seq = $3 AND attempt = $4 AND ended_at IS NULL`,
      [runId, phase.era, phase.seq, phase.attempt, outcome.slice(0, 500)],
    )
    .catch(() => undefined);
}
