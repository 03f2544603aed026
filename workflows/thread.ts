/**
 * One workflow per thread: Temporal's unique workflow id is the thread's lock. It serves the thread's runs in order and closes
 * when nothing can run: idle, interrupted and held threads are rows in Postgres, and the next request starts a new execution.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../src/temporal/names.js';
import { drive, type Driver, type DriveEnd } from './driver.js';
import { cancelSignal, submitUpdate, type Progress, type Submission, type ThreadArgs } from './messages.js';

/** The server delays a continue-as-new of a younger execution to this age, in ms (measured). */
const MIN_AGE_MS = 1_000;

export async function holdfastThread({ threadId, visible, carry }: ThreadArgs): Promise<string> {
  const queue: Submission[] = carry ? [...carry.queue] : [];
  const known = new Set<string>(queue.map(keyOf));
  const started = workflowInfo().runStartTime.getTime();
  let active: { runId: string; scope: CancellationScope } | undefined;
  let seq = 0;
  let status = 'idle';

  // Only enqueues. Whether a busy thread takes a request at all was decided in Postgres, where the request was stored.
  setHandler(submitUpdate, (submission) => {
    if (known.has(keyOf(submission))) return;
    known.add(keyOf(submission));
    if (submission.multitask === 'interrupt' || submission.multitask === 'rollback') active?.scope.cancel();
    queue.push(submission);
  });
  setHandler(cancelSignal, (runId) => {
    if (active?.runId === runId) active.scope.cancel();
  });

  if (carry?.active) known.add(keyOf(carry.active.submission));
  let resumed: Progress | undefined = carry?.active;
  if (!resumed) await condition(() => queue.length > 0);
  const era = Math.max(started, (carry?.era ?? resumed?.submission.fence ?? queue[0]?.fence ?? 0) + 1);
  const driver: Driver = { threadId, era, nextSeq: () => ++seq, shouldHandOver };

  for (;;) {
    const next = resumed ?? nextProgress(queue.shift());
    resumed = undefined;
    if (!next) {
      // A request may arrive while this one closes: the handlers are done and the queue is looked at once more, in one task.
      await condition(allHandlersFinished);
      if (queue.length > 0) continue;
      break;
    }
    const end = await serve(next);
    if ('handOver' in end) {
      await handOver(end.handOver);
    } else {
      status = end.status;
    }
  }
  markClosed();
  return status;

  async function serve(progress: Progress): Promise<DriveEnd> {
    const scope = new CancellationScope();
    active = { runId: progress.submission.runId, scope };
    try {
      return await scope.run(() => drive(driver, progress));
    } catch (e) {
      if (!isCancellation(e)) throw e;
      // Cancelled between slices or before one could say so: the run's row says what was asked, the next slice settles it.
      return await drive(driver, progress);
    } finally {
      active = undefined;
    }
  }

  function shouldHandOver(): boolean {
    return workflowInfo().continueAsNewSuggested;
  }

  async function handOver(progress: Progress): Promise<never> {
    const age = Date.now() - workflowInfo().runStartTime.getTime();
    if (age < MIN_AGE_MS) await sleep(MIN_AGE_MS - age);
    await condition(allHandlersFinished);
    return continueAsNew<typeof holdfastThread>({ threadId, visible, carry: { era, queue, active: progress } });
  }

  function markClosed(): void {
    if (visible) upsertSearchAttributes({ [SEARCH_ATTRIBUTES.status]: [status] });
    else upsertMemo({ status });
  }
}

const keyOf = ({ runId, number }: Submission): string => `${runId}:${number}`;
const nextProgress = (submission: Submission | undefined): Progress | undefined =>
  submission && { submission, steps: 0 };
