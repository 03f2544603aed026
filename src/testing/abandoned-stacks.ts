import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { isAlive } from '../local/process-table.js';
import { stopLocalStack } from '../local/stack.js';
import type { Logger } from '../telemetry/log.js';

export const STACK_PREFIX = 'holdfast-stack-';
const OWNER_FILE = 'owner.pid';
/** Somebody may have left one up on purpose, to look into it. */
const KEPT_MS = 60 * 60_000;

export const claimStack = (dir: string): void => writeFileSync(join(dir, OWNER_FILE), String(process.pid));

/** Ends and removes stacks that were started over an hour ago by a process that is gone: killed tests shall not fill a machine. */
export async function removeAbandonedStacks(parent: string, log: Logger): Promise<void> {
  for (const name of readdirSync(parent)) {
    const dir = join(parent, name);
    if (!name.startsWith(STACK_PREFIX) || !isAbandoned(dir)) continue;
    try {
      await stopLocalStack(dir, 0);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
      log.info({ dir }, 'removed the stack of a process that was killed');
    } catch (e) {
      log.debug({ dir, reason: messageOf(e) }, 'an abandoned stack cannot be removed'); // another user's, or removed by another start
    }
  }
}

function isAbandoned(dir: string): boolean {
  try {
    const path = join(dir, OWNER_FILE);
    return !isAlive(Number(readFileSync(path, 'utf8'))) && Date.now() - statSync(path).mtimeMs > KEPT_MS;
  } catch {
    return false; // being made or removed
  }
}
