import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import type { StoredValue } from './begin-slice.js';
import { getRun, RUN_COLUMNS } from './read-runs.js';
import type { Multitask, Run, RunKind, RunOptions } from './types.js';
import { WORKER_LIVE_MS } from './workers.js';

export interface NewRun {
  runId: string;
  threadId: string;
  agent: string;
  kind: RunKind;
  payload: StoredValue | null;
  options: RunOptions;
  multitask: Multitask;
  resumesRunId: string | null;
  /** The first run of the chain; the run itself when it starts one. */
  chainId: string;
  initiator: string | null;
}

/** A stored run, with what Temporal is told of it. */
export interface StoredRun {
  run: Run;
  taskQueue: string;
  /** The era of the thread's fence. */
  fence: number;
}

/**
 * Stores a run, `pending`, unless nothing could come of it: one statement. Storing the same run id again is the same run.
 * @throws AGENT_NOT_FOUND, NO_WORKER, THREAD_DELETED, THREAD_BUSY (multitask `reject`), INTERRUPT_ANSWERED
 */
export async function submitRun(pool: Pool, run: NewRun): Promise<StoredRun> {
  const { rows } = await pool
    .query<Row>({
      name: 'submit-run',
      text: SQL,
      values: [
        run.runId,
        run.threadId,
        run.agent,
        run.kind,
        run.payload?.type ?? null,
        run.payload?.bytes ?? null,
        JSON.stringify(run.options),
        run.multitask,
        run.resumesRunId,
        run.chainId,
        run.initiator,
        WORKER_LIVE_MS / 1000,
      ],
    })
    .catch((e: unknown) => {
      if (violated(e) === 'runs_answer') throw interruptAnswered(run, null);
      throw violated(e) === 'runs_exclusive' ? threadBusy(run.threadId, null, e) : e;
    });
  const row = rows[0];
  if (!row?.known_run || row.task_queue === null) throw refusal(run, row);
  // A run that was stored before by the same id is read as it has become.
  const stored = row.runId === null ? await getRun(pool, run.runId) : runOf(row);
  return { run: stored, taskQueue: row.task_queue, fence: row.era ?? 0 };
}

const SQL = `
WITH worker AS (
  SELECT task_queue FROM holdfast.workers
  WHERE stopped_at IS NULL AND seen_at > now() - make_interval(secs => $12) AND $3 = ANY (agents)
  ORDER BY started_at DESC LIMIT 1
), fence AS (
  SELECT era, deleted FROM holdfast.fences WHERE thread_id = $2
), open AS (
  SELECT run_id FROM holdfast.runs WHERE thread_id = $2 AND status IN ('pending', 'running') AND run_id <> $1 LIMIT 1
), later AS (
  SELECT run_id FROM holdfast.runs
  WHERE thread_id = $2 AND run_id > $9 AND run_id <> $1 AND kind <> 'update' AND status <> 'cancelled'
  ORDER BY run_id DESC LIMIT 1
), allowed AS (
  SELECT task_queue FROM worker
  WHERE NOT EXISTS (SELECT 1 FROM fence WHERE deleted) AND NOT EXISTS (SELECT 1 FROM later)
    AND ($8 <> 'reject' OR NOT EXISTS (SELECT 1 FROM open))
), thread AS (
  INSERT INTO holdfast.threads (thread_id, agent) SELECT $2, $3 FROM allowed ON CONFLICT DO NOTHING
), stored AS (
  INSERT INTO holdfast.runs (run_id, thread_id, agent, task_queue, kind, payload_type, payload, options, multitask,
    resumes_run_id, chain_id, initiator)
  SELECT $1, $2, $3, task_queue, $4, $5, $6, $7, $8, $9, $10, $11 FROM allowed
  ON CONFLICT (run_id) DO NOTHING RETURNING ${RUN_COLUMNS}
)
SELECT (SELECT task_queue FROM worker) AS task_queue, (SELECT era FROM fence)::float8 AS era,
  coalesce((SELECT deleted FROM fence), false) AS deleted, (SELECT run_id FROM open) AS open_run,
  (SELECT run_id FROM later) AS later_run,
  stored."runId" IS NOT NULL OR EXISTS (SELECT 1 FROM holdfast.runs WHERE run_id = $1) AS known_run,
  EXISTS (SELECT 1 FROM holdfast.agents WHERE name = $3) AS known_agent, stored.*
FROM (SELECT 1) one LEFT JOIN stored ON true`;

interface Row extends Omit<Run, 'runId'> {
  runId: string | null;
  task_queue: string | null;
  era: number | null;
  deleted: boolean;
  open_run: string | null;
  /** A run that the thread has gone on with since the one that is answered. */
  later_run: string | null;
  known_run: boolean;
  known_agent: boolean;
}

function runOf({
  task_queue: _,
  era: _e,
  deleted: _d,
  open_run: _o,
  later_run: _l,
  known_run: _k,
  known_agent: _a,
  runId,
  ...run
}: Row): Run {
  return { ...run, runId: runId ?? '' };
}

function refusal(run: NewRun, row: Row | undefined): HoldfastError {
  const { agent, threadId } = run;
  if (row?.deleted)
    return new HoldfastError('THREAD_DELETED', `thread ${threadId} was deleted`, { details: { threadId } });
  if (!row?.known_agent) {
    return new HoldfastError('AGENT_NOT_FOUND', `no worker has ever registered an agent named "${agent}"`, {
      next: '`holdfast agent ls` lists the agents there are',
      details: { agent },
    });
  }
  if (row.task_queue === null) {
    return new HoldfastError('NO_WORKER', `no live worker serves agent "${agent}"`, {
      next: 'start one: `holdfast worker`, or `holdfast dev`',
      details: { agent },
    });
  }
  return row.later_run ? interruptAnswered(run, row.later_run) : threadBusy(threadId, row.open_run);
}

export function threadBusy(threadId: string, runId: string | null, cause?: unknown): HoldfastError {
  return new HoldfastError('THREAD_BUSY', `thread ${threadId} is busy${runId ? ` with run ${runId}` : ''}`, {
    next: 'wait for it, or say what to do with it: multitask enqueue, interrupt or rollback',
    cause,
    details: { threadId, runId },
  });
}

/** Two requests at the same time: an index decides which one is first. */
export const violated = (e: unknown): string | undefined => (e as { constraint?: string } | null)?.constraint;

function interruptAnswered({ threadId, resumesRunId }: NewRun, later: string | null): HoldfastError {
  const went = later ? `: thread ${threadId} has gone on with run ${later}` : '';
  return new HoldfastError('INTERRUPT_ANSWERED', `run ${resumesRunId} has been answered already${went}`, {
    next: later ? `answer run ${later} if it asks` : 'look at the run that its answer started',
    details: { runId: resumesRunId, later },
  });
}

/** Takes back a run that has not begun. False when it has. */
export async function withdrawRun(pool: Pool, runId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `DELETE FROM holdfast.runs WHERE run_id = $1 AND status = 'pending' AND started_at IS NULL`,
    [runId],
  );
  return rowCount === 1;
}
