import type { Context } from '@temporalio/activity';

/**
 * What the slice activity asks of the process it runs in. Three processes implement it: a child of `holdfast worker`
 * (child-host.ts: the supervisor keeps the attempt's token), a process with a worker of its own (in-process-host.ts), and a test's.
 */
export interface AttemptHost {
  /** This process's row in holdfast.workers. */
  readonly workerId: string;
  /**
   * Announces the attempt: call and await it first, before any statement or node code of the slice. From then on somebody
   * heartbeats for it and its loss is noticed at once. Every attempt taken is released, in a `finally`.
   */
  take(context: Context, of: AttemptOf): Promise<HeldAttempt>;
}

export interface AttemptOf {
  threadId: string;
  runId: string;
}

export interface HeldAttempt {
  /**
   * Aborted when node code is to stop now; `signal.reason` is an AttemptAborted. It already contains Temporal's cancellation:
   * never use the activity context's own signal beside it, which also fires for a heartbeat that only SDK core missed.
   */
  readonly signal: AbortSignal;
  /** The slice is to end at its next commit: this process winds down, or the thread was asked to drain. Read it at every commit. */
  readonly draining: boolean;
  /** Names the node in flight, for the report on a process that is stuck or dies. Fire and forget. */
  nodeEntered(taskId: string, node: string): void;
  nodeLeft(taskId: string): void;
  /**
   * Abandoned node code still runs although its time is over: it must not run beside its retry. The process's other slices get a
   * few seconds to commit, then the process is killed and this attempt is failed retryably, uncounted (type WorkerLost).
   * Record the node's failure before. Never resolves; where no supervisor exists it rejects with that WorkerLost failure.
   */
  recycle(reason: string): Promise<never>;
  release(): void;
}

/**
 * control: the thread's fence row says `abort`. cancelled: Temporal asks the attempt to cancel. gone: Temporal no longer knows
 * it (timed out, or its workflow is closed). shutdown: the process ends and its grace period is over.
 */
export type AbortCause = 'control' | 'cancelled' | 'gone' | 'shutdown';

export class AttemptAborted extends Error {
  override readonly name = 'AttemptAborted';
  constructor(readonly why: AbortCause) {
    super(`the attempt was stopped: ${why}`);
  }
}
