import { Option, type Command } from 'commander';
import { RUN_STATUSES, type RunStatus } from '../../../runs/types.js';
import { countArgument } from '../../arguments.js';
import type { CliContext } from '../../context.js';
import { resolveThreadId } from '../../ids.js';
import { RUN_COLUMNS } from '../../run-view.js';
import { wire } from '../../wire.js';

interface ListFlags {
  agent?: string;
  status?: RunStatus;
  thread?: string;
  limit: number;
}

export function registerList(run: Command, context: CliContext): void {
  run
    .command('ls')
    .alias('list')
    .description('runs, newest first')
    .option('--agent <name>', 'of this agent')
    .addOption(new Option('--status <status>', 'in this status').choices(RUN_STATUSES))
    .option('-t, --thread <id>', 'of this thread')
    .option('--limit <n>', 'at most this many', countArgument, 20)
    .action(async ({ agent, status, thread, limit }: ListFlags) => {
      const client = await context.client();
      const threadId = thread === undefined ? undefined : await resolveThreadId(client, thread);
      const runs = await client.runs.list({
        ...(agent !== undefined && { agent }),
        ...(status && { status }),
        ...(threadId !== undefined && { threadId }),
        limit,
      });
      if (context.output().format === 'table') context.output().list(runs, RUN_COLUMNS, 'no runs');
      else context.output().list(wire(runs) as unknown[], []);
    });
}
