import type { Pool } from '../db/pool.js';

/** More than a person wants to choose from. */
const LIMIT = 10;

/** Ids of runs that begin with `prefix` (lower-case hex and dashes), newest first, at most 10. */
export async function findRunIds(pool: Pool, prefix: string): Promise<string[]> {
  return ids(
    pool,
    `SELECT run_id::text AS id FROM holdfast.runs WHERE starts_with(run_id::text, $1) ORDER BY run_id DESC LIMIT ${LIMIT}`,
    prefix,
  );
}

/** Ids of threads that begin with `prefix`; an exact one comes first. At most 10. */
export async function findThreadIds(pool: Pool, prefix: string): Promise<string[]> {
  const sql = `SELECT thread_id AS id FROM holdfast.threads WHERE starts_with(thread_id, $1) ORDER BY thread_id <> $1, thread_id LIMIT ${LIMIT}`;
  return ids(pool, sql, prefix);
}

async function ids(pool: Pool, sql: string, prefix: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(sql, [prefix]);
  return rows.map(({ id }) => id);
}
