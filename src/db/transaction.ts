import { databaseError } from './errors.js';
import type { Pool, PoolClient } from './pool.js';

/** Runs `work` in one transaction; a throw rolls back and travels on. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (e) {
    await client.query('ROLLBACK').catch((e: unknown) => (broken = e as Error));
    throw databaseError(e);
  } finally {
    client.release(broken);
  }
}
