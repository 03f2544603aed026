/** `holdfast worker` as a process of its own, with real children. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sharedStack } from './stack.js';
import { until } from './until.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface WorkerCommand {
  process: ChildProcess;
  /** The children that take work now. */
  pids(): number[];
  stop(): Promise<void>;
}

export async function startWorkerCommand(config: string, databaseUrl: string, workers: number): Promise<WorkerCommand> {
  const { temporalAddress, namespace } = sharedStack();
  const child = fork(MAIN, ['worker', '--workers', String(workers), '--config', config], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      HOLDFAST_LOG: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let pids: number[] = [];
  child.on('message', (message: { type?: string; pids?: number[] }) => {
    if (message.type === 'workers') pids = message.pids ?? [];
  });
  await until(() => pids.length === workers || child.exitCode !== null, 'the workers are up', 40_000);
  if (child.exitCode !== null) throw new Error(`holdfast worker exited with ${child.exitCode}`);
  return {
    process: child,
    pids: () => pids,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
