import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/**
 * Kills this process when its parent has been gone for `graceMs`, from a thread of its own: node code that never yields would
 * otherwise keep an orphan alive for ever, where the main thread cannot see that the pipe to the supervisor was closed.
 */
export function watchForOrphaning(graceMs: number): void {
  const thread = new URL('./orphan-watch-thread.js', import.meta.url);
  if (!existsSync(thread)) return; // run from the sources, without a compiled thread
  new Worker(thread, {
    workerData: { parent: process.ppid, graceMs },
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
    execArgv: [],
  }).unref();
}
