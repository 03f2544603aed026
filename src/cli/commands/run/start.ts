import { Option, type Command } from 'commander';
import type { StartOptions } from '../../../client/index.js';
import { HoldfastError } from '../../../errors.js';
import type { Multitask, RunOptions } from '../../../runs/types.js';
import { countArgument, readJson, readJsonObject } from '../../arguments.js';
import { addAwaitOptions, reportRun, type AwaitOptions } from '../../await-run.js';
import type { CliContext } from '../../context.js';
import { actorName } from '../../reason.js';

interface StartFlags extends AwaitOptions {
  input?: string;
  thread?: string;
  multitask?: Multitask;
  runConfig?: string;
  recursionLimit?: number;
}

const EXAMPLES = `
Examples:
  holdfast run start agent --input '{"messages": [{"role": "user", "content": "hello"}]}' --wait
  holdfast run start agent --input @request.json --thread customer-7 --follow
  echo '{"topic": "owls"}' | holdfast run start research --input - --wait --timeout 2m -o json`;

export function registerStart(run: Command, context: CliContext): void {
  const start = run
    .command('start')
    .description('start a run of an agent')
    .argument('<agent>', 'its name in langgraph.json')
    .option(
      '-i, --input <json>',
      "the graph's input: JSON, @file, or - for stdin; null goes on from where the thread stands",
    )
    .option('-t, --thread <id>', 'a thread to go on with; a new one otherwise')
    .addOption(
      new Option('--multitask <strategy>', 'when the thread is busy').choices([
        'reject',
        'enqueue',
        'interrupt',
        'rollback',
      ]),
    )
    .option('--run-config <json>', "LangGraph's config: configurable, context, metadata, tags, recursion_limit")
    .option('--recursion-limit <n>', 'supersteps it may take', countArgument);
  addAwaitOptions(start)
    .addHelpText('after', EXAMPLES)
    .action(async (agent: string, flags: StartFlags) => {
      const input = await inputOf(flags, context);
      const options = await optionsOf(flags, context);
      const client = await context.client();
      const startOptions: StartOptions = {
        ...(flags.thread !== undefined && { threadId: flags.thread }),
        ...(flags.multitask && { multitask: flags.multitask }),
        options,
        initiator: actorName(),
      };
      await reportRun(context, await client.runs.start(agent, input, startOptions), flags);
    });
}

async function inputOf({ input }: StartFlags, { stdin }: CliContext): Promise<unknown> {
  if (input !== undefined) return readJson(input, '--input', stdin);
  throw new HoldfastError('USAGE', '--input is missing', {
    next: `give the graph's input as JSON, @file, or - for stdin`,
  });
}

/** LangGraph's config in either of its spellings: its API writes recursion_limit, its library recursionLimit. */
async function optionsOf({ runConfig, recursionLimit }: StartFlags, { stdin }: CliContext): Promise<RunOptions> {
  const config = runConfig === undefined ? {} : await readJsonObject(runConfig, '--run-config', stdin);
  const limit = recursionLimit ?? config['recursion_limit'] ?? config['recursionLimit'];
  const { configurable, context, metadata, tags } = config as Pick<
    RunOptions,
    'configurable' | 'context' | 'metadata' | 'tags'
  >;
  const known = new Set(['configurable', 'context', 'metadata', 'tags', 'recursion_limit', 'recursionLimit']);
  const unknown = Object.keys(config).filter((key) => !known.has(key));
  if (unknown.length > 0) {
    throw new HoldfastError('INPUT_INVALID', `--run-config has no ${unknown.join(', ')}`, {
      next: `it may have ${[...known].join(', ')}`,
    });
  }
  if (limit !== undefined && (!Number.isInteger(limit) || (limit as number) < 1)) {
    throw new HoldfastError('INPUT_INVALID', 'the recursion limit has to be a whole number above 0');
  }
  return {
    ...(configurable && { configurable }),
    ...(context !== undefined && { context }),
    ...(metadata && { metadata }),
    ...(tags && { tags }),
    ...(limit !== undefined && { recursionLimit: limit as number }),
  };
}
