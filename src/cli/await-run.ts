import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { HoldfastClient } from '../client/index.js';
import { HoldfastError, isHoldfastError } from '../errors.js';
import { SETTLED, type Run, type RunStatus } from '../runs/types.js';
import { durationArgument } from './arguments.js';
import type { CliContext } from './context.js';
import { EXIT, exitCodeOfStatus } from './exit.js';
import { renderJson } from './output.js';
import { renderRun } from './run-view.js';
import { eventsOf } from './trace-events.js';
import { wire } from './wire.js';

export interface AwaitOptions {
  wait?: boolean;
  follow?: boolean;
  /** ms */
  timeout?: number;
}

export const addAwaitOptions = (command: Command): Command =>
  command
    .option('--wait', 'until the run ends or waits; the exit code says which')
    .option('--follow', 'print what happens meanwhile')
    .option('--timeout <duration>', 'wait no longer than this, such as 30s', durationArgument);

/** Prints a run that was just started or released; waits for it first if asked; then `wanted` is exit code 0. */
export async function reportRun(
  context: CliContext,
  run: Run,
  options: AwaitOptions,
  wanted: RunStatus = 'success',
): Promise<void> {
  if (!options.wait && !options.follow && options.timeout === undefined) {
    context.output().one(wire(run), () => renderRun(run));
    return;
  }
  await awaitAndReport(context, run.runId, options, wanted);
}

/** @throws WAIT_TIMEOUT; the run goes on. */
export async function awaitAndReport(
  context: CliContext,
  runId: string,
  { follow, timeout }: AwaitOptions,
  wanted: RunStatus = 'success',
): Promise<void> {
  const client = await context.client();
  const run = follow
    ? await followRun(context, client, runId, timeout)
    : await client.runs.wait(runId, timeout === undefined ? {} : { timeoutMs: timeout });
  const values = await valuesOf(client, run);
  context.output().one({ ...(wire(run) as object), values }, () => {
    return values === undefined || run.status !== 'success'
      ? renderRun(run)
      : `${renderRun(run)}\n\n${renderJson(values)}`;
  });
  context.exitCode = run.status === wanted ? EXIT.ok : exitCodeOfStatus(run.status);
}

/** A run that ended before its first checkpoint leaves no state. */
async function valuesOf(client: HoldfastClient, run: Run): Promise<unknown> {
  try {
    return (await client.threads.state(run.threadId)).values;
  } catch (e) {
    if (isHoldfastError(e, 'THREAD_NOT_FOUND') || isHoldfastError(e, 'CHECKPOINT_NOT_FOUND')) return undefined;
    throw e;
  }
}

const FOLLOW_INTERVAL_MS = 250;

/** Prints each event of the run once, as it is found in the tables, until the run settles. */
async function followRun(context: CliContext, client: HoldfastClient, runId: string, timeout = Infinity): Promise<Run> {
  const deadline = Date.now() + timeout;
  const printed = new Set<string>();
  for (;;) {
    // Read before the trace: what settles it is then in the trace as well.
    const run = await client.runs.get(runId);
    const { runs } = await client.runs.trace(runId);
    const index = runs.findIndex((traced) => traced.runId === runId);
    const traced = runs[index];
    for (const event of traced ? eventsOf(traced, runs[index - 1], undefined) : []) {
      const text = `${event.at.toISOString()}  ${'  '.repeat(event.depth)}${event.text}`;
      if (printed.has(text)) continue;
      printed.add(text);
      context.output().line({ at: event.at, event: event.text }, () => text);
    }
    if (SETTLED.has(run.status)) return run;
    if (Date.now() >= deadline) {
      throw new HoldfastError('WAIT_TIMEOUT', `run ${runId} is still ${run.status}`, {
        next: 'it goes on; wait again with `holdfast run wait`',
      });
    }
    await delay(FOLLOW_INTERVAL_MS);
  }
}
