import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Postgrator from 'postgrator';
import { HoldfastError } from '../errors.js';
import type { Pool, PoolClient } from './pool.js';
import { inTransaction } from './transaction.js';

const DIRECTORY = fileURLToPath(new URL('./migrations/', import.meta.url));
/** Any constant: it only has to differ from other users of advisory locks in the same database. */
const LOCK = 4_705_533;

/** The newest schema version this build knows. */
export const SCHEMA_VERSION = Math.max(
  ...readdirSync(DIRECTORY)
    .map((file) => Number.parseInt(file, 10))
    .filter((n) => !Number.isNaN(n)),
);

/**
 * Brings the `holdfast` schema up to this build's version, in one transaction, safely under concurrency.
 * @throws SCHEMA_NEWER when a newer build has migrated the database, MIGRATION_FAILED otherwise.
 */
export async function migrate(pool: Pool): Promise<{ from: number; to: number }> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const from = await schemaVersion(client);
    refuseNewer(from);
    const postgrator = new Postgrator({
      driver: 'pg',
      migrationPattern: `${DIRECTORY}*.sql`,
      schemaTable: 'holdfast.migrations',
      execQuery: (sql: string) => client.query(sql),
    });
    try {
      await postgrator.migrate();
    } catch (e) {
      throw new HoldfastError(
        'MIGRATION_FAILED',
        `could not migrate schema "holdfast" from version ${from} to ${SCHEMA_VERSION}`,
        {
          cause: e,
          next: 'nothing was changed; read the cause, mend it and start again',
        },
      );
    }
    return { from, to: SCHEMA_VERSION };
  });
}

/** @throws SCHEMA_MISSING or SCHEMA_NEWER unless the database is at this build's version. */
export async function assertSchema(pool: Pool): Promise<void> {
  const version = await schemaVersion(pool);
  refuseNewer(version);
  if (version < SCHEMA_VERSION) {
    throw new HoldfastError(
      'SCHEMA_MISSING',
      `the database is at schema version ${version}, this build needs ${SCHEMA_VERSION}`,
      {
        next: 'run `holdfast migrate` before starting workers',
      },
    );
  }
}

/** 0 when Holdfast has never been set up here. */
export async function schemaVersion(db: Pool | PoolClient): Promise<number> {
  const { rows } = await db.query<{ found: string | null }>(`SELECT to_regclass('holdfast.migrations')::text AS found`);
  if (!rows[0]?.found) return 0;
  const result = await db.query<{ version: number }>(
    'SELECT coalesce(max(version), 0)::int AS version FROM holdfast.migrations',
  );
  return result.rows[0]?.version ?? 0;
}

function refuseNewer(version: number): void {
  if (version <= SCHEMA_VERSION) return;
  throw new HoldfastError(
    'SCHEMA_NEWER',
    `the database is at schema version ${version}, this build knows ${SCHEMA_VERSION}`,
    {
      next: 'use the newer build of Holdfast; an older one does not touch a newer schema',
    },
  );
}
