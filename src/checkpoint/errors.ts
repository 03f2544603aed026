import { HoldfastError, isHoldfastError, messageOf } from '../errors.js';

/** SQLSTATE classes that say the server cannot be reached, does not let us in, or does not take work now. */
const UNREACHABLE = /^(08...|28...|3D000|53300|57P0[1-5])$/;
/** Data that PostgreSQL refuses: an invalid byte, a value too large. */
const UNSTORABLE = /^(22...|54000)$/;
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN']);
const DRIVER =
  /connection terminated|timeout exceeded when trying to connect|connection timeout|not queryable|client was closed/i;

/** What a failing statement means, as one of our codes where it has one; anything else stays what it is. */
export function storageError(e: unknown): unknown {
  if (isHoldfastError(e)) return e;
  const code = codeOf(e);
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
  if (UNSTORABLE.test(code)) return unserializable(messageOf(e), e);
  return e;
}

export function unserializable(why: string, cause: unknown): HoldfastError {
  return new HoldfastError('STATE_UNSERIALIZABLE', `the graph's state cannot be stored: ${why}`, {
    cause,
    next: 'keep only JSON-like values, LangChain messages, Map, Set, Date and Uint8Array in the state',
  });
}

function codeOf(e: unknown): string {
  if (typeof e !== 'object' || e === null) return '';
  if ('code' in e && typeof e.code === 'string') return e.code;
  // Node reports a host with several addresses as one AggregateError of their failures.
  return e instanceof AggregateError ? codeOf(e.errors[0]) : '';
}

/** Whether `e`, a cause of it or one of the errors it aggregates is among `marked`. */
export function contains(marked: WeakSet<object>, e: unknown, depth = 0): boolean {
  if (typeof e !== 'object' || e === null || depth > 8) return false;
  if (marked.has(e)) return true;
  if (e instanceof AggregateError && e.errors.some((inner) => contains(marked, inner, depth + 1))) return true;
  return 'cause' in e && contains(marked, e.cause, depth + 1);
}
