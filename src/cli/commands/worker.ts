import type { Command } from 'commander';
import { countArgument, durationArgument } from '../arguments.js';
import type { CliContext } from '../context.js';

interface WorkerFlags {
  workers: number;
  taskQueue?: string;
  stuckAfter: number;
  drainTimeout: number;
}

export function register(program: Command, context: CliContext): void {
  const worker = program
    .command('worker')
    .description('work for the agents of this project until SIGTERM; a supervisor keeps the worker processes alive')
    .option('--workers <n>', 'worker processes', countArgument, 1)
    .option('--task-queue <name>', 'the task queue to work for')
    .option('--stuck-after <time>', 'kill a worker process that has not answered for so long', durationArgument, 60_000)
    .option('--drain-timeout <time>', 'on SIGTERM, kill what has not ended after so long', durationArgument, 30_000)
    .action(async (flags: WorkerFlags) => {
      const { runSupervisor } = await import('../../worker/run-supervisor.js');
      const { databaseUrl, schema, temporal, taskQueue, log, configPath } = await context.settings();
      await runSupervisor({
        workers: flags.workers,
        stuckAfterMs: flags.stuckAfter,
        drainMs: flags.drainTimeout,
        init: { taskQueue: flags.taskQueue ?? taskQueue, config: configPath, databaseUrl, schema, temporal, log },
        log: await context.log(),
      });
    });

  worker
    .command('ls')
    .alias('list')
    .description('the worker processes that live')
    .action(async () => {
      const workers = await (await context.client()).workers.list();
      context.output().list(
        workers,
        [
          { header: 'worker', value: (w) => w.workerId },
          { header: 'host', value: (w) => w.host },
          { header: 'pid', value: (w) => w.pid },
          { header: 'task queue', value: (w) => w.taskQueue },
          { header: 'agents', value: (w) => w.agents.join(', ') },
          { header: 'started', value: (w) => w.startedAt.toISOString() },
          { header: 'seen', value: (w) => w.seenAt.toISOString() },
        ],
        'no live workers: start some with `holdfast worker` or `holdfast dev`',
      );
    });
}
