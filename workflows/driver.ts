/** The whole driver of a run: ids, names and counters, a few hundred bytes a slice. Deterministic; knows no graph. */
import { ApplicationFailure, ActivityFailure, sleep } from '@temporalio/workflow';
import type { RunStatus } from '../src/runs/types.js';
import { runSlice } from './activity-proxies.js';
import type { Progress } from './messages.js';

export interface Driver {
  threadId: string;
  era: number;
  /** Counts the slices of this execution: with the era, the phase that Postgres fences by. */
  nextSeq(): number;
  /** Between slices: hand the run to a new execution. */
  shouldHandOver(): boolean;
}

/** `lost`: another execution holds the thread, or the thread was deleted; what this one would say no longer counts. */
export type DriveEnd = { status: RunStatus | 'lost' } | { handOver: Progress };

export async function drive(driver: Driver, progress: Progress): Promise<DriveEnd> {
  const { submission } = progress;
  let { steps } = progress;
  for (;;) {
    const result = await runSlice({
      threadId: driver.threadId,
      runId: submission.runId,
      agent: submission.agent,
      phase: { era: driver.era, seq: driver.nextSeq() },
      steps,
    }).catch(lostOrThrow);
    if (result === 'lost') return { status: 'lost' };
    steps += result.steps;
    if (result.next === 'settled') return { status: result.status };
    if (result.next === 'retry') await sleep(Math.max(1, result.delayMs));
    if (driver.shouldHandOver()) return { handOver: { submission, steps } };
  }
}

function lostOrThrow(e: unknown): 'lost' {
  if (e instanceof ActivityFailure && e.cause instanceof ApplicationFailure && e.cause.nonRetryable) return 'lost';
  throw e;
}
