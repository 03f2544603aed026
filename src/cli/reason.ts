import { userInfo } from 'node:os';
import type { CliContext } from './context.js';
import { HoldfastError } from '../errors.js';

/** Why a destructive verb is used: the option, or a person's answer. @throws USAGE */
export async function reasonFor(context: CliContext, verb: string, given: string | undefined): Promise<string> {
  const reason = (given ?? (await context.ask(`Why ${verb}? `, '--reason'))).trim();
  if (reason) return reason;
  throw new HoldfastError('USAGE', `${verb} needs a reason`, { next: 'give one with --reason' });
}

/** Who sits at this command line. */
export function actorName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // a container's user may have no name
  }
}
