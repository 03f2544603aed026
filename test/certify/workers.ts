/** `holdfast worker` with its children, started again whenever it is killed. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const UP_WITHIN_MS = 120_000;
/** A child without a supervisor ends itself within seconds (src/worker/child.ts). */
const ORPHANS_END_WITHIN_MS = 20_000;

export interface WorkersOptions {
  config: string;
  children: number;
  env: Record<string, string>;
}

export interface Workers {
  /** The children that take work now. */
  children(): number[];
  /** How long there has been at least one, all in all. */
  servedMs(): number;
  /** SIGKILL; with `all`, its children too, as when a machine loses its power. Another is started at once. */
  killSupervisor(all: boolean): void;
  /** Supervisors that ended although nobody killed them. */
  ended(): string[];
  /** Ends the supervisor and everything that ever belonged to one. */
  stop(): Promise<void>;
}

export async function startWorkers({ config, children, env }: WorkersOptions): Promise<Workers> {
  const unexpected: string[] = [];
  let orphans: number[] = [];
  let stopping = false;
  let pids: number[] = [];
  const clock = createClock();
  let supervisor = start();

  function start(): ChildProcess {
    const child = fork(MAIN, ['worker', '--workers', String(children), '--config', config], {
      env: { ...process.env, ...env, HOLDFAST_LOG: 'error' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (message: { type?: string; pids?: number[] }) => {
      if (message.type === 'workers' && child === supervisor) become(message.pids ?? []);
    });
    child.once('exit', (code, signal) => {
      if (stopping) return;
      if (signal !== 'SIGKILL') unexpected.push(`holdfast worker ended with ${code ?? signal}`);
      become([]);
      supervisor = start();
    });
    return child;
  }

  function become(now: number[]): void {
    pids = now;
    clock.run(now.length > 0);
  }

  const workers: Workers = {
    children: () => pids,
    servedMs: clock.ms,
    killSupervisor(all) {
      orphans = [...orphans.filter(lives), ...pids];
      supervisor.kill('SIGKILL');
      if (all) pids.forEach(sigkill);
      become([]);
    },
    ended: () => unexpected,
    async stop() {
      stopping = true;
      orphans = [...orphans, ...pids];
      if (supervisor.exitCode === null && supervisor.signalCode === null) {
        const exit = once(supervisor, 'exit');
        supervisor.kill('SIGTERM');
        supervisor.kill('SIGINT'); // the second signal: it does not wait for slices
        const late = setTimeout(() => supervisor.kill('SIGKILL'), 10_000);
        await exit.finally(() => clearTimeout(late));
      }
      await until(() => !orphans.some(lives), 'workers without a supervisor end', ORPHANS_END_WITHIN_MS).catch(() =>
        orphans.forEach(sigkill),
      );
    },
  };
  try {
    await until(() => pids.length === children || unexpected.length > 0, 'the workers are up', UP_WITHIN_MS);
    if (unexpected[0]) throw new Error(unexpected[0]);
    return workers;
  } catch (e) {
    await workers.stop();
    throw e;
  }
}

/** Counts the time while it runs. */
function createClock(): { run(on: boolean): void; ms(): number } {
  let before = 0;
  let since: number | undefined;
  const ms = (): number => before + (since === undefined ? 0 : performance.now() - since);
  return {
    ms,
    run(on) {
      before = ms();
      since = on ? performance.now() : undefined;
    },
  };
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export function sigkill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it has just died
  }
}
