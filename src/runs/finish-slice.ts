import type { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import type { Failure } from '../graph/failure.js';
import type { SliceRequest } from './begin-slice.js';
import type { HoldCause, PendingInterrupt, RunError, RunStatus } from './types.js';

export interface SliceReport {
  /** Shown in the trace. */
  outcome: string;
  /** The run's new status, when the slice settles it. */
  status?: RunStatus;
  failures?: Failure[];
  interrupts?: PendingInterrupt[];
  error?: RunError;
  /** Nodes that wait. */
  waitingAt?: string[];
  hold?: { holdId: string; cause: HoldCause; message: string; node: string | null; taskId: string | null };
}

/** Who listens learns from this channel that a run settled; the payload is its id. */
export const RUNS_CHANNEL = 'holdfast_runs';

/**
 * Reports what became of a slice, in one statement and only while its phase still holds the thread: closes the attempt, keeps the
 * failures, settles the run, opens a hold. Repeating it changes nothing.
 * @returns whether somebody else has written to the thread meanwhile, past the fence: its newest checkpoint is not this run's.
 * @throws FENCED when a newer attempt holds the thread.
 */
export async function finishSlice(
  pool: Pool,
  { tables }: Pick<PostgresCheckpointer, 'tables'>,
  { threadId, runId, phase }: SliceRequest,
  report: SliceReport,
): Promise<{ foreignWriter: boolean }> {
  const { rows } = await pool.query<{ foreign_writer: boolean }>({
    name: 'finish-slice',
    text: sql(tables.checkpoints),
    values: [
      threadId,
      phase.era,
      phase.seq,
      phase.attempt,
      runId,
      report.outcome,
      report.status ?? null,
      jsonText(report.failures ?? []),
      report.interrupts ? jsonText(report.interrupts) : null,
      report.error ? jsonText(report.error) : null,
      report.waitingAt ?? null,
      report.hold ? jsonText(report.hold) : null,
      RUNS_CHANNEL,
    ],
  });
  const [row] = rows;
  if (!row) throw new HoldfastError('FENCED', `a newer attempt holds thread ${threadId}`, { details: { threadId } });
  return { foreignWriter: row.foreign_writer };
}

/** PostgreSQL's jsonb has no U+0000. */
const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll('\\u0000', '');

const sql = (checkpoints: string): string => `
WITH mine AS (
  SELECT head FROM holdfast.fences
  WHERE thread_id = $1 AND era = $2 AND seq = $3 AND attempt = $4 AND run_id = $5 AND NOT deleted FOR SHARE
), closed AS (
  UPDATE holdfast.attempts SET ended_at = clock_timestamp(), outcome = $6, head = mine.head
  FROM mine WHERE run_id = $5 AND era = $2 AND seq = $3 AND attempt = $4
), failed AS (
  INSERT INTO holdfast.failures (run_id, task_id, try, node, name, message, stack, retryable, final, delay_ms)
  SELECT $5, f."taskId", coalesce((SELECT max(try) FROM holdfast.failures o WHERE o.run_id = $5 AND o.task_id = f."taskId" AND o.released), 0) + f.attempt,
    f.node, f.name, f.message, f.stack, f.retryable, f.final, f."delayMs"
  FROM mine, jsonb_to_recordset($8::jsonb) AS f ("taskId" text, attempt int, node text, name text, message text, stack text, retryable boolean, final boolean, "delayMs" int)
  ON CONFLICT DO NOTHING
), held AS (
  INSERT INTO holdfast.holds (hold_id, run_id, cause, message, node, task_id)
  SELECT h."holdId", $5, h.cause, h.message, h.node, h."taskId"
  FROM mine, jsonb_to_record($12::jsonb) AS h ("holdId" uuid, cause text, message text, node text, "taskId" text)
  WHERE $12 IS NOT NULL ON CONFLICT DO NOTHING
), settled AS (
  UPDATE holdfast.runs SET status = $7, head = mine.head, interrupts = $9::jsonb, error = $10::jsonb, waiting_at = $11,
    ended_at = clock_timestamp(),
    steps = (SELECT count(*) FROM holdfast.supersteps s WHERE s.run_id = $5)
  FROM mine WHERE runs.run_id = $5 AND $7::text IS NOT NULL
  RETURNING pg_notify($13, runs.run_id::text)
)
SELECT (SELECT count(*) FROM settled) AS settled, $7::text IS NOT NULL AND EXISTS (
  SELECT 1 FROM ${checkpoints} WHERE thread_id = $1 AND checkpoint_ns = '' AND checkpoint_id > mine.head) AS foreign_writer
FROM mine`;
