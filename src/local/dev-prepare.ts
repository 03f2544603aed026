import { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import { databaseError } from '../db/errors.js';
import { migrate } from '../db/migrate.js';
import { createPool } from '../db/pool.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../telemetry/log.js';
import { connectTemporal, type TemporalSettings } from '../temporal/connection.js';
import { SEARCH_ATTRIBUTES } from '../temporal/names.js';

/** Brings the database to this build's schema. @throws POSTGRES_UNREACHABLE, SCHEMA_NEWER, MIGRATION_FAILED */
export async function prepareDatabase(databaseUrl: string, schema: string): Promise<{ from: number; to: number }> {
  const pool = createPool(databaseUrl, { max: 2, name: 'holdfast-dev' });
  try {
    const versions = await migrate(pool);
    await new PostgresCheckpointer(pool, { schema }).setup();
    return versions;
  } catch (e) {
    throw databaseError(e);
  } finally {
    await pool.end();
  }
}

/** Temporal's number for the type Keyword. */
const KEYWORD = 2;

/**
 * Checks that a Temporal server of the user's own answers and registers what of our search attributes it lacks, which every start of
 * a run names. Whether we may is up to the server: Temporal Cloud lets only its own tools. @throws TEMPORAL_UNREACHABLE
 */
export async function prepareTemporal(settings: TemporalSettings, log: Logger): Promise<void> {
  const { namespace } = settings;
  const { connection, close } = await connectTemporal(settings);
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => !(name in customAttributes));
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    log.info({ missing }, 'registered the search attributes that runs carry');
  } catch (e) {
    log.warn(
      { reason: messageOf(e) },
      'the search attributes could not be registered: `holdfast doctor` says how to do it',
    );
  } finally {
    await close();
  }
}
