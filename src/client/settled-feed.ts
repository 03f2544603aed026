import { listen, type Listening } from '../db/listen.js';
import type { Pool } from '../db/pool.js';
import { RUNS_CHANNEL } from '../runs/finish-slice.js';
import { getRun } from '../runs/read-runs.js';
import { SETTLED, type Run } from '../runs/types.js';

/** Wakes who waits for a run: by notification, and by looking now and then in case one was lost with its connection. */
export interface SettledFeed {
  /** The run once it is settled; undefined when `timeoutMs` passed first. @throws RUN_NOT_FOUND */
  wait(runId: string, timeoutMs: number): Promise<Run | undefined>;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;

export function createSettledFeed(pool: Pool, databaseUrl: string): SettledFeed {
  const waiting = new Map<string, Set<() => void>>();
  let listening: Listening | undefined;
  const wakeAll = (): void => {
    for (const wakes of waiting.values()) for (const wake of wakes) wake();
  };
  const start = (): void => {
    listening ??= listen({
      databaseUrl,
      channel: RUNS_CHANNEL,
      onPayload: (runId) => waiting.get(runId)?.forEach((wake) => wake()),
      onConnected: wakeAll,
    });
  };

  return {
    async wait(runId, timeoutMs) {
      start();
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const turn = nextWake(waiting, runId);
        try {
          const run = await getRun(pool, runId);
          if (SETTLED.has(run.status)) return run;
          const left = deadline - Date.now();
          if (left <= 0) return undefined;
          await turn.within(Math.min(left, LOOK_EVERY_MS));
        } finally {
          turn.done();
        }
      }
    },
    close: async () => {
      await listening?.close();
    },
  };
}

/** Registered before the row is read, so that no notification falls between reading and waiting. */
function nextWake(waiting: Map<string, Set<() => void>>, runId: string) {
  const wakes = waiting.get(runId) ?? new Set<() => void>();
  waiting.set(runId, wakes);
  let wake: () => void = () => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  wakes.add(wake);
  let timer: NodeJS.Timeout | undefined;
  return {
    within: (ms: number) => Promise.race([woken, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]),
    done: () => {
      clearTimeout(timer);
      wakes.delete(wake);
      if (wakes.size === 0) waiting.delete(runId);
    },
  };
}
