import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopLocalStack } from './stack.js';

/** Ends the local servers of `stateDir` and removes all they have stored. A database or Temporal of the user's own is not touched. */
export async function resetLocalData(stateDir: string): Promise<void> {
  await stopLocalStack(stateDir);
  for (const part of ['postgres', 'temporal']) {
    rmSync(join(stateDir, part), { recursive: true, force: true, maxRetries: 5 });
  }
}
