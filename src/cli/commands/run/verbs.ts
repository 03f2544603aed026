import type { Command } from 'commander';
import type { HoldfastClient } from '../../../client/index.js';
import type { Run, RunStatus } from '../../../runs/types.js';
import { readJson } from '../../arguments.js';
import { addAwaitOptions, reportRun, type AwaitOptions } from '../../await-run.js';
import type { CliContext } from '../../context.js';
import { resolveRunId } from '../../ids.js';
import { actorName, reasonFor } from '../../reason.js';

interface VerbFlags extends AwaitOptions {
  reason?: string;
  update?: string;
  node?: string;
}

/** What an operator does with a run that is held or has to stop. */
export function registerVerbs(run: Command, context: CliContext): void {
  const verb = (name: string, description: string) =>
    addAwaitOptions(
      run.command(name).description(description).argument('<run>', 'its id, or the beginning of it'),
    ).option('--reason <text>', 'why; kept with the run');

  verb('retry', 'try the held step of a run again').action(
    act(context, (client, id, { reason }) =>
      client.runs.retry(id, { ...(reason !== undefined && { reason }), actor: actorName() }),
    ),
  );

  verb('skip', 'go on as if the held step had returned an update')
    .requiredOption('--update <json>', 'what the step would have returned: JSON, @file or -')
    .option('--node <name>', 'the node to skip, when several are held')
    .action(
      act(context, async (client, id, flags) => {
        const update = await updateOf(context, flags);
        const reason = await reasonFor(context, 'skip', flags.reason);
        return client.runs.skip(id, {
          ...(flags.node !== undefined && { node: flags.node }),
          update,
          reason,
          actor: actorName(),
        });
      }),
    );

  verb('goto', 'go on with another node instead of the held one')
    .requiredOption('--node <name>', 'the node to go on with')
    .option('--update <json>', 'a change of the state first: JSON, @file or -')
    .action(
      act(context, async (client, id, flags) => {
        const update = await updateOf(context, flags);
        const reason = await reasonFor(context, 'goto', flags.reason);
        return client.runs.goto(id, {
          node: flags.node ?? '',
          ...(update !== undefined && { update }),
          reason,
          actor: actorName(),
        });
      }),
    );

  verb('cancel', 'stop a run at its next step; what is done stays').action(
    act(
      context,
      async (client, id, flags) => {
        const reason = await reasonFor(context, 'cancel', flags.reason);
        return client.runs.cancel(id, { reason, actor: actorName() });
      },
      'cancelled',
    ),
  );
}

const updateOf = ({ stdin }: CliContext, { update }: VerbFlags): Promise<unknown> =>
  update === undefined ? Promise.resolve(undefined) : readJson(update, '--update', stdin);

function act(
  context: CliContext,
  verb: (client: HoldfastClient, runId: string, flags: VerbFlags) => Promise<Run>,
  wanted: RunStatus = 'success',
) {
  return async (id: string, flags: VerbFlags): Promise<void> => {
    const client = await context.client();
    await reportRun(context, await verb(client, await resolveRunId(client, id), flags), flags, wanted);
  };
}
