import type { Pool } from '../db/pool.js';
import type { Kill } from './kills.js';

/**
 * From each worker's death to the next line of node code of each run that was inside a node there, in ms. After a crash the engine
 * writes a row before it runs a task's code again (task_attempts), and another when the slice is taken up again (attempts).
 */
export async function recoveryTimes(pool: Pool, kills: readonly Kill[]): Promise<number[]> {
  const times: number[] = [];
  for (const { at, runIds } of kills.filter((kill) => kill.victim === 'worker')) {
    const { rows } = await pool.query<{ at: Date | null }>(NEXT_NODE_CODE, [runIds, at]);
    for (const row of rows) if (row.at) times.push(row.at.getTime() - at.getTime());
  }
  return times;
}

/** How long the rest of the stack was missed, in ms: from the kill to the next step that any run committed. */
export async function outageOf(pool: Pool, { at, runIds }: Kill): Promise<number | undefined> {
  const { rows } = await pool.query<{ at: Date | null }>(NEXT_COMMIT, [runIds, at]);
  const next = rows[0]?.at;
  return next ? next.getTime() - at.getTime() : undefined;
}

const NEXT_NODE_CODE = `
SELECT coalesce(
  (SELECT min(started_at) FROM holdfast.task_attempts t WHERE t.run_id = r.run_id AND started_at > $2),
  (SELECT min(started_at) FROM holdfast.attempts a WHERE a.run_id = r.run_id AND started_at > $2)) AS at
FROM unnest($1::uuid[]) AS r (run_id)`;

const NEXT_COMMIT = `
SELECT min(committed_at) AS at FROM holdfast.supersteps WHERE run_id = ANY ($1::uuid[]) AND committed_at > $2`;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
