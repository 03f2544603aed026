import { databaseError, sqlStateOf } from '../db/errors.js';
import { HoldfastError, isHoldfastError, messageOf } from '../errors.js';

/** Data that PostgreSQL refuses: an invalid byte, a value too large. */
const UNSTORABLE = /^(22...|54000)$/;

/** What a failing statement of the checkpointer means: a fault of the database, or state that it cannot store. */
export function storageError(e: unknown): unknown {
  const error = databaseError(e);
  if (isHoldfastError(error) || !UNSTORABLE.test(sqlStateOf(error))) return error;
  return unserializable(messageOf(error), error);
}

export function unserializable(why: string, cause: unknown): HoldfastError {
  return new HoldfastError('STATE_UNSERIALIZABLE', `the graph's state cannot be stored: ${why}`, {
    cause,
    next: 'keep only JSON-like values, LangChain messages, Map, Set, Date and Uint8Array in the state',
  });
}

/** Whether `e`, a cause of it or one of the errors it aggregates is among `marked`. */
export function contains(marked: WeakSet<object>, e: unknown, depth = 0): boolean {
  if (typeof e !== 'object' || e === null || depth > 8) return false;
  if (marked.has(e)) return true;
  if (e instanceof AggregateError && e.errors.some((inner) => contains(marked, inner, depth + 1))) return true;
  return 'cause' in e && contains(marked, e.cause, depth + 1);
}
