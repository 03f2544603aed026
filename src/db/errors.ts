import { HoldfastError, isHoldfastError, messageOf } from '../errors.js';

/** SQLSTATEs that say the server cannot be reached, does not let us in, or does not take work now. */
const UNREACHABLE = /^(08...|28...|3D000|53300|57P0[1-5])$/;
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN']);
const DRIVER =
  /connection terminated|timeout exceeded when trying to connect|connection timeout|not queryable|client was closed/i;

/** What a failed statement or connection means, as one of our codes where it has one; anything else stays what it is. */
export function databaseError(e: unknown): unknown {
  if (isHoldfastError(e)) return e;
  const code = sqlStateOf(e);
  if (code === '53100') {
    return new HoldfastError('DISK_FULL', 'PostgreSQL has no disk space left', {
      cause: e,
      next: 'free space for PostgreSQL; runs go on from their last commit',
    });
  }
  if (SOCKET.has(code) || UNREACHABLE.test(code) || DRIVER.test(messageOf(e))) {
    return new HoldfastError('POSTGRES_UNREACHABLE', `PostgreSQL cannot be reached: ${messageOf(e)}`, {
      cause: e,
      next: 'check that PostgreSQL runs and that the database URL is right',
    });
  }
  if (code === '42P01') {
    return new HoldfastError('SCHEMA_MISSING', messageOf(e), { cause: e, next: 'run `holdfast migrate` first' });
  }
  return e;
}

/** PostgreSQL's SQLSTATE or Node's error code; empty when there is none. */
export function sqlStateOf(e: unknown): string {
  if (typeof e !== 'object' || e === null) return '';
  if ('code' in e && typeof e.code === 'string') return e.code;
  // Node reports a host with several addresses as one AggregateError of their failures.
  return e instanceof AggregateError ? sqlStateOf(e.errors[0]) : '';
}
