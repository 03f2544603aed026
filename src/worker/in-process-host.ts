import { randomUUID } from 'node:crypto';
import type { Pool } from '../db/pool.js';
import type { Logger } from '../telemetry/log.js';
import type { AttemptHost } from './attempt-host.js';
import { feedControl } from './control-feed.js';
import { holdAttempts, type HeldAttempts } from './held-attempts.js';
import { workerLost } from './worker-lost.js';

export interface InProcessHost extends AttemptHost {
  /** Every slice ends at its next commit. */
  drain(): void;
  close(): Promise<void>;
}

/** For a worker without a supervisor: in a test, or inside somebody's own process. It cannot outlive its own event loop. */
export function createInProcessHost(
  deps: { pool: Pool; databaseUrl: string; log: Logger },
  workerId: string = randomUUID(),
): InProcessHost {
  const attempts: HeldAttempts = holdAttempts({
    entered: () => undefined,
    left: () => undefined,
    released: () => undefined,
    recycle: (_token, reason) => Promise.reject(workerLost(reason)),
    // Nobody else heartbeats for this process, so the server has counted the same timeout.
    timedOutLocally: (token) => attempts.abort(token, 'gone'),
  });
  const feed = feedControl({ ...deps, threads: () => attempts.threads(), onControl: attempts.control });
  return {
    workerId,
    take: (context, of) => Promise.resolve(attempts.hold(context, of)),
    drain: () => attempts.drain(),
    close: () => feed.close(),
  };
}
