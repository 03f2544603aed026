import type { Pool, PoolClient } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import type { Hold, Run, RunStatus } from './types.js';

export interface RunFilter {
  threadId?: string;
  agent?: string;
  chainId?: string;
  status?: RunStatus | RunStatus[];
  /** Runs at most. Default 50. */
  limit?: number;
  /** Only runs older than this run id (ids are in order of creation). */
  before?: string;
}

/** A run's row as a Run. */
export const RUN_COLUMNS = `run_id AS "runId", thread_id AS "threadId", agent, agent_version AS "agentVersion", status, kind, options,
  resumes_run_id AS "resumesRunId", chain_id AS "chainId", steps, head, coalesce(waiting_at, '{}') AS "waitingAt",
  coalesce(interrupts, '[]') AS interrupts, error, created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt"`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isUuid = (text: string): boolean => UUID.test(text);

export async function findRun(db: Pool | PoolClient, runId: string): Promise<Run | undefined> {
  if (!isUuid(runId)) return undefined;
  const { rows } = await db.query<Run>({
    name: 'find-run',
    text: `SELECT ${RUN_COLUMNS} FROM holdfast.runs WHERE run_id = $1`,
    values: [runId],
  });
  return rows[0];
}

/** @throws RUN_NOT_FOUND */
export async function getRun(db: Pool | PoolClient, runId: string): Promise<Run> {
  const run = await findRun(db, runId);
  if (!run)
    throw new HoldfastError('RUN_NOT_FOUND', `there is no run ${runId}`, { next: '`holdfast run ls` lists them' });
  return run;
}

/** Newest first. */
export async function listRuns(pool: Pool, filter: RunFilter): Promise<Run[]> {
  const { rows } = await pool.query<Run>(
    `SELECT ${RUN_COLUMNS} FROM holdfast.runs
     WHERE ($1::text IS NULL OR thread_id = $1) AND ($2::text IS NULL OR agent = $2) AND ($3::uuid IS NULL OR chain_id = $3)
       AND ($4::text[] IS NULL OR status = ANY ($4)) AND ($5::uuid IS NULL OR run_id < $5)
     ORDER BY run_id DESC LIMIT $6`,
    [
      filter.threadId ?? null,
      filter.agent ?? null,
      filter.chainId ?? null,
      filter.status === undefined ? null : [filter.status].flat(),
      filter.before ?? null,
      filter.limit ?? 50,
    ],
  );
  return rows;
}

/** The run that a person would act on: the newest of the thread that is not a mere state edit. */
export async function latestRunOf(db: Pool | PoolClient, threadId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ run_id: string }>(
    `SELECT run_id FROM holdfast.runs WHERE thread_id = $1 AND kind <> 'update' AND status <> 'cancelled'
     ORDER BY run_id DESC LIMIT 1`,
    [threadId],
  );
  return rows[0]?.run_id;
}

/** The open hold of a run, or the last one. */
export async function findHold(pool: Pool, runId: string): Promise<Hold | undefined> {
  const { rows } = await pool.query<Hold>(
    `SELECT hold_id AS "holdId", run_id AS "runId", cause, message, node, task_id AS "taskId", since,
       released_at AS "releasedAt", verb, reason, actor
     FROM holdfast.holds WHERE run_id = $1 ORDER BY hold_id DESC LIMIT 1`,
    [runId],
  );
  return rows[0];
}

/** Ids that begin so: at most `limit`. */
export async function findRunIds(pool: Pool, prefix: string, limit = 10): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT run_id::text AS id FROM holdfast.runs WHERE starts_with(run_id::text, $1) ORDER BY run_id DESC LIMIT $2',
    [prefix, limit],
  );
  return rows.map(({ id }) => id);
}

export async function findThreadIds(pool: Pool, prefix: string, limit = 10): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT thread_id AS id FROM holdfast.threads WHERE starts_with(thread_id, $1) ORDER BY thread_id <> $1, created_at DESC LIMIT $2',
    [prefix, limit],
  );
  return rows.map(({ id }) => id);
}
