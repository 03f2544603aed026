import { ApplicationFailure } from '@temporalio/common';

/** The failure type of an attempt that ended with its process; persisted in workflow histories. */
export const WORKER_LOST = 'WorkerLost';

/** Nothing is wrong with the work itself, so Temporal's next attempt starts at once instead of after the policy's backoff. */
export function workerLost(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: WORKER_LOST, message, nonRetryable: false, nextRetryDelay: 1 });
}
