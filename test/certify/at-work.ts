import type { Pool } from '../../src/db/pool.js';

export interface AtWork {
  /** Processes with a slice that has begun and not reported. */
  pids: number[];
  /** A task has died with its process so often that the next time might hold its run, as it should (NODE_KILLED_PROCESS). */
  spare: boolean;
}

/** Three deaths hold a run; the one that is under way while we look is not counted yet. */
const DEATHS_OF_A_TASK = 2;

export async function whoIsAtWork(pool: Pool): Promise<AtWork> {
  const { rows } = await pool.query<AtWork>(SQL, [DEATHS_OF_A_TASK]);
  return rows[0] ?? { pids: [], spare: false };
}

/** Tasks whose results are durable, of each of these threads, over all namespaces. */
export async function savedTasks(pool: Pool, threadIds: string[]): Promise<Map<string, Set<string>>> {
  const { rows } = await pool.query<{ threadId: string; tasks: string[] }>(
    `SELECT thread_id AS "threadId", array_agg(DISTINCT task_id) AS tasks FROM checkpoint_writes
     WHERE thread_id = ANY ($1) AND idx >= 0 GROUP BY thread_id`,
    [threadIds],
  );
  return new Map(rows.map(({ threadId, tasks }) => [threadId, new Set(tasks)]));
}

/** How often a slice of this thread had to be tried again. */
export async function lostAttempts(pool: Pool, threadId: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM holdfast.attempts JOIN holdfast.runs USING (run_id) WHERE thread_id = $1 AND attempt > 1`,
    [threadId],
  );
  return rows[0]?.n ?? 0;
}

const SQL = `
WITH running AS (
  SELECT run_id FROM holdfast.runs WHERE status = 'running'
), newest AS (
  SELECT DISTINCT ON (run_id) pid, ended_at FROM holdfast.attempts JOIN running USING (run_id)
  ORDER BY run_id, era DESC, seq DESC, attempt DESC
)
SELECT (SELECT coalesce(array_agg(DISTINCT pid), '{}') FROM newest WHERE ended_at IS NULL) AS pids,
  EXISTS (
    SELECT 1 FROM holdfast.task_attempts JOIN running USING (run_id) WHERE finished_at IS NULL AND NOT released
    GROUP BY run_id, task_id HAVING count(*) >= $1) AS spare`;
