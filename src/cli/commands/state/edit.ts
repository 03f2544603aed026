import type { Command } from 'commander';
import { readJson } from '../../arguments.js';
import { awaitAndReport } from '../../await-run.js';
import type { CliContext } from '../../context.js';
import { resolveThreadId } from '../../ids.js';
import { actorName, reasonFor } from '../../reason.js';

interface EditFlags {
  values: string;
  asNode?: string;
  checkpoint?: string;
  agent?: string;
  reason?: string;
  timeout?: number;
}

const EDIT_TIMEOUT_MS = 60_000;

export function registerEdit(state: Command, context: CliContext): void {
  state
    .command('edit')
    .description("change a thread's state, as LangGraph's updateState does")
    .argument('<thread>', 'its id, or the beginning of it')
    .requiredOption('--values <json>', "the update, which passes through the channels' reducers: JSON, @file or -")
    .option('--as-node <name>', 'as if this node had returned it; decides what comes next')
    .option('--checkpoint <id>', 'from an earlier checkpoint, as a fork')
    .option('--agent <name>', "whose graph; the agent of the thread's last run when left out")
    .option('--reason <text>', 'why; kept with the edit')
    .action(async (thread: string, flags: EditFlags) => {
      const values = await readJson(flags.values, '--values', context.stdin);
      const reason = await reasonFor(context, 'state edit', flags.reason);
      const client = await context.client();
      const threadId = await resolveThreadId(client, thread);
      const edit = await client.threads.edit(threadId, {
        ...(flags.agent !== undefined && { agent: flags.agent }),
        values,
        ...(flags.asNode !== undefined && { asNode: flags.asNode }),
        ...(flags.checkpoint !== undefined && { checkpointId: flags.checkpoint }),
        actor: actorName(),
        reason,
      });
      await awaitAndReport(context, edit.runId, { timeout: EDIT_TIMEOUT_MS });
    });
}
