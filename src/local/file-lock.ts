import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import type { Logger } from '../telemetry/log.js';

/** The holder may be building the Temporal server. */
const WAIT_MS = 15 * 60_000;

/**
 * Runs `work` while no other process on this machine holds the lock `path` (a folder, touched every second). A holder that was killed
 * blocks the others for 12 seconds at most. `signal` ends the wait.
 */
export async function withFileLock<T>(
  path: string,
  log: Logger,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const release = await take(path, log, signal);
  try {
    return await work();
  } finally {
    await release().catch((error: unknown) => log.debug({ err: error, path }, 'a lock file was gone at its release'));
  }
}

async function take(path: string, log: Logger, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
  for (const deadline = Date.now() + WAIT_MS; ; await sleep(50)) {
    signal?.throwIfAborted();
    try {
      return await lock(path, {
        realpath: false,
        lockfilePath: path,
        stale: 12_000,
        update: 1_000,
        onCompromised: (error) => log.warn({ err: error, path }, 'a lock file was taken over by another process'),
      });
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'ELOCKED' || Date.now() > deadline) throw e;
    }
  }
}
