import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import type { Logger } from '../telemetry/log.js';

/**
 * Runs `work` while no other process on this machine holds the lock `path` (a folder beside it, touched every second). A holder that
 * was killed blocks the others for 12 seconds at most.
 */
export async function withFileLock<T>(path: string, log: Logger, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const release = await lock(path, {
    realpath: false,
    lockfilePath: path,
    stale: 12_000,
    update: 1_000,
    // 15 minutes: the holder may be building the Temporal server.
    retries: { retries: 9_000, factor: 1, minTimeout: 100, maxTimeout: 100 },
    onCompromised: (error) => log.warn({ err: error, path }, 'a lock file was taken over by another process'),
  });
  try {
    return await work();
  } finally {
    await release().catch((error: unknown) => log.debug({ err: error, path }, 'a lock file was gone at its release'));
  }
}
