import { HoldfastError, messageOf } from '../errors.js';

/** One thing that was looked at. */
export interface Check {
  name: string;
  /** `slow`: it works, and can be better. `skipped`: what it needs does not work. */
  status: 'ok' | 'slow' | 'failed' | 'skipped';
  detail: string;
  /** Measured, in ms. */
  ms?: number;
  /** At most this many ms is good. */
  goodMs?: number;
  /** What to do about it. */
  fix?: string;
}

/** A check from a piece of work that says what it found; what it throws is the failure. */
export async function check(name: string, work: () => Promise<string | Omit<Check, 'name'>>): Promise<Check> {
  try {
    const found = await work();
    return typeof found === 'string' ? { name, status: 'ok', detail: found } : { name, ...found };
  } catch (e) {
    const error = e instanceof HoldfastError ? e : undefined;
    return { name, status: 'failed', detail: messageOf(e), fix: error?.next };
  }
}

export const skipped = (name: string, why: string): Check => ({ name, status: 'skipped', detail: why });

/** A measured time against what is good. */
export function timing(ms: number, goodMs: number, detail: string, fix: string): Omit<Check, 'name'> {
  const good = ms <= goodMs;
  return { status: good ? 'ok' : 'slow', ms, goodMs, detail, ...(good ? {} : { fix }) };
}
