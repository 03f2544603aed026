import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../../errors.js';
import type { Command } from 'commander';
import { countArgument } from '../arguments.js';
import type { CliContext } from '../context.js';
import { createProgressLine } from '../progress-line.js';

interface DevFlags {
  workers: number;
  reset?: boolean;
  yes?: boolean;
}

export function register(program: Command, context: CliContext): void {
  program
    .command('dev')
    .description('PostgreSQL, Temporal and workers for the project in this folder, until Ctrl-C')
    .option('--workers <n>', 'worker processes', countArgument, 1)
    .option('--reset', 'empty the local data first (asks)')
    .option('--yes', 'do not ask')
    .action(async (flags: DevFlags) => {
      const [{ runDev }, { renderPart }] = await Promise.all([
        import('../../local/dev.js'),
        import('../../local/dev-parts.js'),
      ]);
      const settings = await context.settings();
      if (flags.reset && !flags.yes) await confirmReset(context, settings.stateDir);
      const progress = createProgressLine(context.stderr);
      const { end, endNow } = untilSignalled(() => context.stderr.write('ending; again to end at once\n'));
      context.exitCode = await runDev({
        settings,
        workers: flags.workers,
        cliEntry: fileURLToPath(new URL('../main.js', import.meta.url)),
        log: await context.log(),
        reset: flags.reset,
        end,
        endNow,
        onProgress: progress.show,
        report(part) {
          progress.clear();
          context.output().line(part, () => renderPart(part));
        },
      });
      context.output().note(`ended; the data is kept in ${settings.stateDir}`);
    });
}

async function confirmReset(context: CliContext, stateDir: string): Promise<void> {
  const agreed = await context.confirm(`Remove all runs, threads and workflows stored in ${stateDir}?`, '--yes');
  if (!agreed)
    throw new HoldfastError('USAGE', 'nothing was removed', { next: 'start without --reset to keep the data' });
}

/** Ctrl-C, SIGTERM or a closed terminal: the first drains, the second does not wait. */
function untilSignalled(onFirst: () => void): { end: AbortSignal; endNow: AbortSignal } {
  const [end, endNow] = [new AbortController(), new AbortController()];
  const onSignal = () => {
    if (end.signal.aborted) return endNow.abort();
    onFirst();
    end.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return { end: end.signal, endNow: endNow.signal };
}
