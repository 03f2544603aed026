import pg from 'pg';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

export interface PoolOptions {
  /** Connections at most. Default 20. */
  max?: number;
  /** Shown in pg_stat_activity. */
  name?: string;
}

/** Connections are kept open: a slice's statements follow each other by fractions of a millisecond. */
export function createPool(databaseUrl: string, { max = 20, name = 'holdfast' }: PoolOptions = {}): Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max,
    application_name: name,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced at the next query, where a lasting fault is reported.
  pool.on('error', () => undefined);
  return pool;
}
