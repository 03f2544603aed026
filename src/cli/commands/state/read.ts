import type { Command } from 'commander';
import type { ThreadState } from '../../../client/index.js';
import { countArgument } from '../../arguments.js';
import type { CliContext } from '../../context.js';
import { resolveThreadId } from '../../ids.js';
import { renderFields, renderJson } from '../../output.js';
import { wire } from '../../wire.js';

export function registerRead(state: Command, context: CliContext): void {
  state
    .command('get')
    .description("a thread's state, as its newest checkpoint has it")
    .argument('<thread>', 'its id, or the beginning of it')
    .option('--checkpoint <id>', 'an earlier checkpoint')
    .action(async (thread: string, { checkpoint }: { checkpoint?: string }) => {
      const client = await context.client();
      const threadId = await resolveThreadId(client, thread);
      const found = await client.threads.state(threadId, checkpoint === undefined ? {} : { checkpointId: checkpoint });
      context.output().one(wire(found), () => renderState(threadId, found));
    });

  state
    .command('history')
    .description("a thread's checkpoints, newest first")
    .argument('<thread>', 'its id, or the beginning of it')
    .option('--limit <n>', 'at most this many', countArgument, 20)
    .option('--before <checkpoint>', 'older than this one')
    .action(async (thread: string, { limit, before }: { limit: number; before?: string }) => {
      const client = await context.client();
      const threadId = await resolveThreadId(client, thread);
      const states = await client.threads.history(threadId, { limit, ...(before !== undefined && { before }) });
      const output = context.output();
      if (output.format !== 'table') return output.list(wire(states) as unknown[], []);
      output.list(
        states,
        [
          { header: 'step', value: (s) => s.step },
          { header: 'checkpoint', value: (s) => s.checkpointId },
          { header: 'created', value: (s) => text(s.createdAt) },
          { header: 'next', value: (s) => s.next.join(', ') },
          { header: 'run', value: (s) => s.runId },
        ],
        'no checkpoints',
      );
    });
}

function renderState(threadId: string, state: ThreadState): string {
  const fields = renderFields([
    ['thread', threadId],
    ['checkpoint', state.checkpointId],
    ['step', state.step],
    ['created', text(state.createdAt)],
    ['next', state.next.join(', ')],
    ['run', state.runId],
  ]);
  const questions = state.interrupts.length > 0 ? `\n\ninterrupts\n${renderJson(state.interrupts)}` : '';
  return `${fields}${questions}\n\n${renderJson(state.values)}`;
}

const text = (at: Date | string | null) => (at instanceof Date ? at.toISOString() : at);
