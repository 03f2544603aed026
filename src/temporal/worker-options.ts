import type { WorkerOptions } from '@temporalio/worker';

export interface WorkerTuning {
  /** Slices at once in one process. Default 100. */
  maxSlices?: number;
  /** Threads' workflows kept in memory, 0.33 MB each; one that is not is replayed from its history. Default 500. */
  maxCachedWorkflows?: number;
  /** After a shutdown began, attempts still running are cancelled after this many ms. Default 30,000. */
  shutdownGraceMs?: number;
}

/**
 * How our workers are tuned. Numbers of pollers stay Temporal's own (10 each): 4 or 20 cost the same CPU time per run, with 30 runs
 * at once on 2 cores.
 */
export function workerTuning({
  maxSlices = 100,
  maxCachedWorkflows = 500,
  shutdownGraceMs = 30_000,
}: WorkerTuning = {}) {
  return {
    maxConcurrentActivityTaskExecutions: maxSlices,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxCachedWorkflows,
    // A worker that died holds its workflows' next task no longer than this before any worker may take it.
    stickyQueueScheduleToStartTimeout: 200,
    // Core holds heartbeats back up to 80% of the timeout by default; a cancellation comes back with a heartbeat.
    maxHeartbeatThrottleInterval: 5_000,
    shutdownGraceTime: shutdownGraceMs,
    reuseV8Context: true,
  } satisfies Partial<WorkerOptions>;
}
