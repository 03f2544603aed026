import { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import { storageError } from '../checkpoint/errors.js';
import { migrate } from '../db/migrate.js';
import { createPool } from '../db/pool.js';
import { connectTemporal, type TemporalSettings } from '../temporal/connection.js';

/** Brings the database to this build's schema. @throws POSTGRES_UNREACHABLE, SCHEMA_NEWER, MIGRATION_FAILED */
export async function prepareDatabase(databaseUrl: string, schema: string): Promise<{ from: number; to: number }> {
  const pool = createPool(databaseUrl, { max: 2, name: 'holdfast-dev' });
  try {
    const versions = await migrate(pool);
    await new PostgresCheckpointer(pool, { schema }).setup();
    return versions;
  } catch (e) {
    throw storageError(e);
  } finally {
    await pool.end();
  }
}

/** @throws TEMPORAL_UNREACHABLE */
export async function checkTemporal(settings: TemporalSettings): Promise<void> {
  const connection = await connectTemporal(settings);
  await connection.close();
}
