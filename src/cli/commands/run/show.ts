import type { Command } from 'commander';
import { durationArgument } from '../../arguments.js';
import { awaitAndReport, type AwaitOptions } from '../../await-run.js';
import type { CliContext } from '../../context.js';
import { resolveRunId } from '../../ids.js';
import { renderRun } from '../../run-view.js';
import { renderTrace } from '../../trace-view.js';
import { wire } from '../../wire.js';

/** show, trace and wait: what a run is, what it did, and how it ends. */
export function registerShow(run: Command, context: CliContext): void {
  run
    .command('show')
    .description('what a run is, and what it waits for')
    .argument('<run>', 'its id, or the beginning of it')
    .action(async (id: string) => {
      const client = await context.client();
      const shown = await client.runs.get(await resolveRunId(client, id));
      const hold = shown.status === 'held' ? await client.runs.hold(shown.runId) : undefined;
      const json = { ...(wire(shown) as object), hold: wire(hold ?? null) };
      context.output().one(json, () => {
        return hold
          ? `${renderRun(shown)}\nheld since ${hold.since.toISOString()}: ${hold.cause}, ${hold.message}`
          : renderRun(shown);
      });
    });

  run
    .command('trace')
    .description('a run and all it follows from, as one timeline across crashes')
    .argument('<run>', 'its id, or the beginning of it')
    .action(async (id: string) => {
      const client = await context.client();
      const trace = await client.runs.trace(await resolveRunId(client, id));
      const { stdout } = context;
      const view = { color: stdout.isTTY === true, width: stdout.isTTY ? (stdout.columns ?? 0) : 0 };
      context.output().one(wire(trace), () => renderTrace(trace, view));
    });

  run
    .command('wait')
    .description('until a run ends or waits; the exit code says which')
    .argument('<run>', 'its id, or the beginning of it')
    .option('--timeout <duration>', 'no longer than this, such as 30s', durationArgument)
    .option('--follow', 'print what happens meanwhile')
    .action(async (id: string, flags: AwaitOptions) => {
      const client = await context.client();
      await awaitAndReport(context, await resolveRunId(client, id), flags);
    });
}
