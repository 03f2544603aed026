import type { RunsApi } from '../../src/client/runs.js';
import { isHoldfastError } from '../../src/errors.js';
import { pause } from '../support/scenario-tools.js';

/** A run that has not settled after this is stuck, whatever was killed meanwhile; time without any worker does not count. */
const SETTLES_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

/** How long there have been workers, all in all. */
export type ServedMs = () => number;

/** Nobody is there to take a run just now; nothing was stored. */
const unserved = (e: unknown): boolean => isHoldfastError(e, 'NO_WORKER') || isHoldfastError(e, 'TEMPORAL_UNREACHABLE');

export const isStuck = (e: unknown): boolean => isHoldfastError(e, 'WAIT_TIMEOUT') || unserved(e);

/** A client as one is written for workers that may all be gone for a moment. */
export function patientRuns(runs: RunsApi, servedMs: ServedMs): RunsApi {
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    const deadline = servedMs() + SETTLES_WITHIN_MS;
    for (;;) {
      try {
        return await ask();
      } catch (e) {
        if (!isStuck(e) || servedMs() > deadline) throw e;
        if (unserved(e)) await pause(200);
      }
    }
  };
  return {
    ...runs,
    start: (...args) => patiently(() => runs.start(...args)),
    edit: (...args) => patiently(() => runs.edit(...args)),
    resume: (...args) => patiently(() => runs.resume(...args)),
    wait: (runId) => patiently(() => runs.wait(runId, { timeoutMs: LOOK_EVERY_MS })),
  };
}
