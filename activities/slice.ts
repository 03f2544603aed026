import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { isHoldfastError, messageOf } from '../src/errors.js';
import { executeSlice, type SliceDeps } from '../src/runs/execute-slice.js';
import { AttemptAborted, type AttemptHost } from '../src/worker/attempt-host.js';
import type { SliceArgs, SliceResult } from '../workflows/messages.js';

/** Nothing that a further attempt could mend: the thread belongs to somebody else now, or is gone. */
const FINAL = new Set(['FENCED', 'THREAD_DELETED', 'RUN_NOT_FOUND']);

/** The activity behind `holdfastSlice`. Failures that it throws are infrastructure: Temporal tries again. */
export function createSliceActivity(deps: Omit<SliceDeps, 'workerId'>, host: AttemptHost) {
  return async function slice(args: SliceArgs): Promise<SliceResult> {
    const context = Context.current();
    const held = await host.take(context, { threadId: args.threadId, runId: args.runId });
    try {
      return await executeSlice(
        { ...deps, workerId: host.workerId },
        { ...args, phase: { ...args.phase, attempt: context.info.attempt } },
        {
          abort: held.signal,
          cancelled: () => isCancelled(held.signal),
          draining: () => held.draining,
          entered: (taskId, node) => held.nodeEntered(taskId, node),
          left: (taskId) => held.nodeLeft(taskId),
          recycle: (reason) => held.recycle(reason),
          foreignWriter: () => {
            context.log.warn(`something other than its run has written to thread ${args.threadId}`, {
              code: 'FOREIGN_WRITER',
            });
          },
        },
      );
    } catch (e) {
      throw asTemporalFailure(e, held.signal);
    } finally {
      held.release();
    }
  };
}

const isCancelled = ({ reason }: AbortSignal): boolean =>
  reason instanceof AttemptAborted && (reason.why === 'cancelled' || reason.why === 'control');

/** The one place that decides what Temporal does with a slice that could not report. */
function asTemporalFailure(e: unknown, signal: AbortSignal): unknown {
  if (signal.aborted && isCancelled(signal)) return new CancelledFailure(messageOf(e));
  if (isHoldfastError(e) && FINAL.has(e.code)) return ApplicationFailure.nonRetryable(e.message, e.code);
  if (isHoldfastError(e)) return ApplicationFailure.create({ message: messageOf(e), type: e.code, cause: e });
  return e;
}
