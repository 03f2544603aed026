import { CompleteAsyncError, type Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { ActivityNotFoundError } from '@temporalio/client';
import type { ActivityInterceptorsFactory, ActivityExecuteInput } from '@temporalio/worker';

/** The longest time between two heartbeats of an attempt, in ms; also SDK core's throttle. */
export const HEARTBEAT_INTERVAL_MS = 5_000;
const REPORT_TRIES = 5;

export const heartbeatInterval = (heartbeatTimeoutMs: number): number =>
  Math.min(HEARTBEAT_INTERVAL_MS, heartbeatTimeoutMs / 3);

/**
 * Heartbeats for every activity while the event loop turns. Core also counts the heartbeat timeout by a clock of its own (timeout
 * plus 5 s since the last heartbeat it sent) and then silently drops the activity's result, although a supervisor may have kept the
 * attempt alive at the server meanwhile. So a result after such a gap goes to the server directly, as an asynchronous completion.
 */
export const activityHeartbeats: ActivityInterceptorsFactory = (context) => ({
  inbound: {
    async execute(input, next) {
      const { heartbeatTimeoutMs } = context.info;
      if (!heartbeatTimeoutMs) return next(input);
      const interval = heartbeatInterval(heartbeatTimeoutMs);
      let last = performance.now();
      const timer = setInterval(() => {
        last = performance.now();
        context.heartbeat();
      }, interval);
      const coreGaveUp = () =>
        context.cancellationDetails?.timedOut === true || performance.now() - last > 2 * interval;
      try {
        return await completed(context, input, next, coreGaveUp);
      } finally {
        clearInterval(timer);
      }
    },
  },
});

async function completed(
  context: Context,
  input: ActivityExecuteInput,
  next: (input: ActivityExecuteInput) => Promise<unknown>,
  coreGaveUp: () => boolean,
): Promise<unknown> {
  const { taskToken } = context.info;
  const { activity } = context.client;
  let outcome: { result: unknown } | { error: unknown };
  try {
    outcome = { result: await next(input) };
  } catch (error) {
    outcome = { error };
  }
  if (!coreGaveUp()) {
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  }
  await reported(() => {
    if (!('error' in outcome)) return activity.complete(taskToken, outcome.result);
    if (outcome.error instanceof CancelledFailure) return activity.reportCancellation(taskToken);
    return activity.fail(taskToken, outcome.error);
  });
  throw new CompleteAsyncError();
}

/** Tries for some seconds; after that the server's own timeout ends the attempt. */
async function reported(report: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await report();
    } catch (e) {
      if (e instanceof ActivityNotFoundError || tries === REPORT_TRIES) return;
      await new Promise((r) => setTimeout(r, 200 * 2 ** tries));
    }
  }
}
