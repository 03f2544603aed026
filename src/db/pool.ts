import pg from 'pg';
import { databaseError } from './errors.js';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

export interface PoolOptions {
  /** Connections at most. Default 20. */
  max?: number;
  /** Shown in pg_stat_activity. */
  name?: string;
}

/**
 * Connections are kept open: a slice's statements follow each other by fractions of a millisecond.
 * Statements reject with POSTGRES_UNREACHABLE, DISK_FULL or SCHEMA_MISSING where that is the cause.
 */
export function createPool(databaseUrl: string, { max = 20, name = 'holdfast' }: PoolOptions = {}): Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced at the next query, where a lasting fault is reported.
  pool.on('error', () => undefined);
  const { query, connect } = pool;
  pool.query = named(query.bind(pool));
  pool.connect = named(connect.bind(pool));
  return pool;
}

/** The same method, whose promise rejects with our codes. The driver's callback form, which its own code uses, stays as it is. */
function named<Method>(method: Method): Method {
  const call = method as (...args: unknown[]) => unknown;
  const wrapped = (...args: unknown[]): unknown => {
    const result = call(...args);
    return result instanceof Promise ? result.catch(rethrow) : result;
  };
  return wrapped as Method;
}

function rethrow(e: unknown): never {
  throw databaseError(e);
}
