import { Command } from 'commander';
import { register as registerAgent } from './commands/agent.js';
import { register as registerDev } from './commands/dev.js';
import { register as registerDoctor } from './commands/doctor.js';
import { register as registerInit } from './commands/init.js';
import { register as registerMigrate } from './commands/migrate.js';
import { register as registerRun } from './commands/run.js';
import { register as registerState } from './commands/state.js';
import { register as registerWorker } from './commands/worker.js';
import { createContext, type CliContext, type CliStreams } from './context.js';
import { addGlobalFlags, OUTPUT_FORMATS, type GlobalFlags, type OutputFormat } from './flags.js';
import { EXIT, reportOf } from './exit.js';
import { renderError } from './output.js';
import { packageVersion } from './package-version.js';

const EXAMPLES = `
Examples:
  holdfast init my-agent                       a small agent and its test
  holdfast dev                                 PostgreSQL, Temporal and workers for the project in this folder
  holdfast run start agent --input '{"messages": [{"role": "user", "content": "hello"}]}' --wait
  holdfast run trace 0199f3c2                  what happened, across crashes (ids may be shortened)
  holdfast run resume 0199f3c2 --answer true   answer the question a run waits with

Exit codes: 0 ok, 1 other error, 2 usage, 3 not found, 4 conflict, 5 denied, 6 run failed, 7 timeout, 8 the run waits.`;

/** Runs one command line (without node and script) and returns its exit code. Never throws, never exits the process. */
export async function runCli(args: readonly string[], streams: CliStreams, cwd: string): Promise<number> {
  const program = new Command('holdfast');
  const context = createContext(streams, cwd, () => program.opts<GlobalFlags>());
  try {
    await buildProgram(program, context).parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    const report = reportOf(error);
    if (!report) return EXIT.ok;
    streams.stderr.write(renderError(report, formatAsked(args)));
    if (report.code === 'INTERNAL' && program.opts<GlobalFlags>().log === 'debug')
      streams.stderr.write(`${stackOf(error)}\n`);
    return report.exitCode;
  } finally {
    await context.close().catch(() => undefined);
  }
}

function buildProgram(program: Command, context: CliContext): Command {
  program
    .description('Durable LangGraph.js agents: Temporal runs them, PostgreSQL keeps every bit of their state.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: () => undefined,
    })
    .addHelpText('after', EXAMPLES);
  addGlobalFlags(program);
  for (const register of [
    registerInit, registerDev, registerWorker, registerDoctor, registerMigrate, registerAgent, registerRun, registerState,
  ]) register(program, context); // prettier-ignore
  return program;
}

/** Read by hand: the command line may be the very thing that could not be parsed. */
function formatAsked(args: readonly string[]): OutputFormat {
  const text = args.join(' ');
  return OUTPUT_FORMATS.find((format) => new RegExp(`(^| )(-o ?|--output[ =])${format}( |$)`).test(text)) ?? 'table';
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
