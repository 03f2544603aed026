import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import type { Hold } from '../runs/types.js';
import type { LostAttempt, Trace, TraceAttempt, TraceFailure, TraceRun, TraceSuperstep } from './trace-types.js';

/** The whole chain that `runId` belongs to. @throws RUN_NOT_FOUND */
export async function readTrace(pool: Pool, runId: string): Promise<Trace> {
  const runs = await pool.query<RunRow>(RUNS, [runId]);
  if (runs.rows.length === 0)
    throw new HoldfastError('RUN_NOT_FOUND', `run ${runId} does not exist`, { details: { runId } });
  const ids = [runs.rows.map((run) => run.runId)];
  const [attempts, supersteps, failures, holds] = await Promise.all([
    pool.query<AttemptRow>(ATTEMPTS, ids),
    pool.query<SuperstepRow>(SUPERSTEPS, ids),
    pool.query<OfRun<TraceFailure>>(FAILURES, ids),
    pool.query<Hold>(HOLDS, ids),
  ]);
  return {
    runs: runs.rows.map((run) => {
      const mine = <T extends { runId: string }>(rows: T[]): T[] => rows.filter((row) => row.runId === run.runId);
      return {
        ...run,
        attempts: withLosses(mine(attempts.rows)),
        supersteps: mine(supersteps.rows).map(({ runId: _, era, seq, attempt, ...step }) => ({
          phase: { era, seq, attempt },
          ...step,
        })),
        failures: mine(failures.rows).map(({ runId: _, ...failure }) => failure),
        holds: mine(holds.rows),
      };
    }),
  };
}

type OfRun<T> = T & { runId: string };
type RunRow = Omit<TraceRun, 'attempts' | 'supersteps' | 'failures' | 'holds'>;
type PhaseColumns = { era: number; seq: number; attempt: number };
type AttemptRow = OfRun<Omit<TraceAttempt, 'phase' | 'slice' | 'lost'>> &
  PhaseColumns & { workerStoppedAt: Date | null };
type SuperstepRow = OfRun<Omit<TraceSuperstep, 'phase'>> & PhaseColumns;

/** Rows come in the order of their phases. Tries of one slice share era and seq; an unfinished one with a successor was lost. */
function withLosses(rows: AttemptRow[]): TraceAttempt[] {
  let slice = 0;
  return rows.map((row, index) => {
    const { runId: _, era, seq, attempt, workerStoppedAt, ...rest } = row;
    const before = rows[index - 1];
    if (!before || before.era !== era || before.seq !== seq) slice += 1;
    return { phase: { era, seq, attempt }, slice, ...rest, lost: lossOf(row, rows[index + 1]) };
  });
}

function lossOf(row: AttemptRow, next: AttemptRow | undefined): LostAttempt | null {
  if (row.endedAt) return null;
  const triedAgain = next !== undefined && next.era === row.era && next.seq === row.seq;
  if (!triedAgain) return null;
  const stopped = row.workerStoppedAt;
  const diedAt = stopped && stopped >= row.startedAt && stopped <= next.startedAt ? stopped : null;
  return {
    diedAt,
    resumedAt: next.startedAt,
    resumedBy: next.pid,
    recoveryMs: diedAt ? next.startedAt.getTime() - diedAt.getTime() : null,
  };
}

const RUNS = `
SELECT run_id AS "runId", thread_id AS "threadId", agent, agent_version AS "agentVersion", status, kind,
  resumes_run_id AS "resumesRunId", initiator, coalesce(waiting_at, '{}') AS "waitingAt", coalesce(interrupts, '[]') AS interrupts,
  error, created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt"
FROM holdfast.runs WHERE chain_id = (SELECT chain_id FROM holdfast.runs WHERE run_id = $1) ORDER BY run_id`;

const ATTEMPTS = `
SELECT a.run_id AS "runId", a.era::float8 AS era, a.seq, a.attempt, a.worker_id AS "workerId", a.pid, w.host,
  a.started_at AS "startedAt", a.ended_at AS "endedAt", a.outcome, w.stopped_at AS "workerStoppedAt"
FROM holdfast.attempts a LEFT JOIN holdfast.workers w USING (worker_id)
WHERE a.run_id = ANY ($1::uuid[]) ORDER BY a.run_id, a.era, a.seq, a.attempt`;

const SUPERSTEPS = `
SELECT run_id AS "runId", era::float8 AS era, seq, attempt, step, checkpoint_id AS "checkpointId", tasks, committed_at AS "committedAt"
FROM holdfast.supersteps WHERE run_id = ANY ($1::uuid[]) ORDER BY run_id, committed_at, step`;

const FAILURES = `
SELECT run_id AS "runId", task_id AS "taskId", node, try, name, message, retryable, final, delay_ms AS "delayMs", at
FROM holdfast.failures WHERE run_id = ANY ($1::uuid[]) ORDER BY run_id, at, try`;

const HOLDS = `
SELECT hold_id AS "holdId", run_id AS "runId", cause, message, node, task_id AS "taskId", since, released_at AS "releasedAt",
  verb, reason, actor
FROM holdfast.holds WHERE run_id = ANY ($1::uuid[]) ORDER BY hold_id`;
