import type { Pool } from '../db/pool.js';
import type { Kill } from './kills.js';

/**
 * From a worker's death to the next node code of each run that lost an attempt with it, in ms. After a crash the engine writes a row
 * before it runs a task's code again (task_attempts), and one when the slice is taken up again (attempts).
 */
export async function recoveriesFrom(pool: Pool, { pid, at }: Kill): Promise<number[]> {
  const { rows } = await pool.query<{ again: Date }>(NEXT_NODE_CODE, [pid, at]);
  return rows.map(({ again }) => again.getTime() - at.getTime());
}

/** What a kill did, once that is known. `missed`: the node had come to its end a moment before. */
export async function effectOf(pool: Pool, kill: Kill): Promise<'hit' | 'missed' | undefined> {
  if ((await recoveriesFrom(pool, kill)).length > 0) return 'hit';
  const { rows } = await pool.query<{ n: number }>(STILL_AT_WORK, [kill.runIds]);
  return rows[0]?.n === 0 ? 'missed' : undefined;
}

/** How long another part of the stack was missed, in ms: from its death until work was handed out and taken up again. */
export async function outageOf(pool: Pool, { at }: Kill): Promise<number | undefined> {
  const { rows } = await pool.query<{ at: Date | null }>(NEXT_ATTEMPT, [new Date(at.getTime() + LAST_GASP_MS)]);
  const next = rows[0]?.at;
  return next ? next.getTime() - at.getTime() : undefined;
}

/** What a part had begun when it was killed may still arrive. */
const LAST_GASP_MS = 50;

const NEXT_NODE_CODE = `
SELECT coalesce(
    (SELECT min(t.started_at) FROM holdfast.task_attempts t WHERE t.run_id = lost.run_id AND t.started_at > $2),
    min(next.started_at)) AS again
FROM holdfast.attempts lost JOIN holdfast.attempts next USING (run_id, era, seq)
WHERE lost.pid = $1 AND lost.ended_at IS NULL AND lost.started_at <= $2
  AND next.attempt > lost.attempt AND next.started_at > $2
GROUP BY lost.run_id`;

const STILL_AT_WORK = `
SELECT count(*)::int AS n FROM holdfast.runs WHERE run_id = ANY ($1::uuid[]) AND status IN ('pending', 'running')`;

const NEXT_ATTEMPT = 'SELECT min(started_at) AS at FROM holdfast.attempts WHERE started_at > $1';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
