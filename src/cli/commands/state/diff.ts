import type { Command } from 'commander';
import type { HoldfastClient, ThreadState } from '../../../client/index.js';
import { HoldfastError } from '../../../errors.js';
import type { CliContext } from '../../context.js';
import { resolveThreadId } from '../../ids.js';
import { diffState, renderChange } from '../../state-diff.js';

export function registerDiff(state: Command, context: CliContext): void {
  state
    .command('diff')
    .description('what changed between two checkpoints; without them, what the last step changed')
    .argument('<thread>', 'its id, or the beginning of it')
    .argument('[a]', 'the earlier checkpoint')
    .argument('[b]', 'the later checkpoint; the newest when left out')
    .action(async (thread: string, a: string | undefined, b: string | undefined) => {
      const client = await context.client();
      const threadId = await resolveThreadId(client, thread);
      const later = await client.threads.state(threadId, b === undefined ? {} : { checkpointId: b });
      const earlier =
        a === undefined
          ? await parentOf(client, threadId, later)
          : await client.threads.state(threadId, { checkpointId: a });
      const changes = diffState(earlier?.values ?? {}, later.values);
      const json = { a: earlier?.checkpointId ?? null, b: later.checkpointId, changes };
      context.output().one(json, () => changes.map(renderChange).join('\n') || 'no difference');
    });
}

async function parentOf(
  client: HoldfastClient,
  threadId: string,
  { parentId, checkpointId }: ThreadState,
): Promise<ThreadState | undefined> {
  if (parentId) return client.threads.state(threadId, { checkpointId: parentId });
  if (checkpointId) return undefined;
  throw new HoldfastError('CHECKPOINT_NOT_FOUND', `thread ${threadId} has no checkpoint yet`, {
    next: 'start a run on it first',
  });
}
