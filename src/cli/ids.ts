import type { HoldfastClient } from '../client/index.js';
import { HoldfastError } from '../errors.js';

/** The run that an id or a unique beginning of one names. @throws RUN_NOT_FOUND, USAGE when several begin so. */
export async function resolveRunId(client: HoldfastClient, given: string): Promise<string> {
  const found = /^[0-9a-f-]+$/i.test(given) ? await client.runs.find(given.toLowerCase()) : [];
  return only(found, given, 'run', 'RUN_NOT_FOUND', '`holdfast run ls` shows what there is');
}

/** The thread that an id or a unique beginning of one names. @throws THREAD_NOT_FOUND, USAGE when several begin so. */
export async function resolveThreadId(client: HoldfastClient, given: string): Promise<string> {
  return only(
    await client.threads.find(given),
    given,
    'thread',
    'THREAD_NOT_FOUND',
    '`holdfast run ls` shows runs and their threads',
  );
}

function only(
  found: string[],
  given: string,
  what: string,
  code: 'RUN_NOT_FOUND' | 'THREAD_NOT_FOUND',
  next: string,
): string {
  if (found.includes(given)) return given;
  const [first, ...others] = found;
  if (first === undefined)
    throw new HoldfastError(code, `no ${what} has the id ${given} or one that begins so`, { next });
  if (others.length === 0) return first;
  throw new HoldfastError('USAGE', `${given} is the beginning of several ${what}s`, {
    next: `write more of it: ${found.slice(0, 5).join(', ')}`,
  });
}
