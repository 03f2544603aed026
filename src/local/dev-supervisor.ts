import { fork, type ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Logger } from '../telemetry/log.js';
import { gone } from './process-table.js';

export interface SupervisorCommand {
  /** The compiled CLI. */
  entry: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

export interface SupervisorKeeperOptions extends SupervisorCommand {
  log: Logger;
  /** Who runs now; called at every change. The supervisor is null between two. */
  onChange(now: { supervisor: number | null; workers: number[] }): void;
}

export interface SupervisorKeeper {
  /** The exit code of a first supervisor that never had a worker ready: it has said why, and would say it again. */
  readonly failed: Promise<number>;
  /** Drains the one that runs and starts another, which finds the stack's new addresses. */
  replace(): void;
  /** Drains; resolves when it has ended. */
  stop(): Promise<void>;
  /** Does not wait for draining. */
  kill(): void;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
/** Longer than a supervisor's own patience with its children. */
const STOP_MS = 45_000;
const KILL_MS = 8_000;

/** Said by the supervisor over IPC whenever the set of workers that take work changes. */
const workersMessage = z.object({ type: z.literal('workers'), supervisor: z.int(), pids: z.array(z.int()) });

/** Keeps one supervisor process alive, restarting it with backoff. It ends by itself when this process is gone. */
export function keepSupervisor({ entry, args, env, log, onChange }: SupervisorKeeperOptions): SupervisorKeeper {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let everReady = false;
  let retryMs = FIRST_RETRY_MS;
  let fail: (code: number) => void;
  const failed = new Promise<number>((resolve) => (fail = resolve));

  const start = () => {
    // A session of its own: Ctrl-C in the terminal comes to us, and we ask it to drain, once.
    const started = fork(entry, args, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child = started;
    onChange({ supervisor: started.pid ?? null, workers: [] });
    started.on('message', (message) => {
      const parsed = workersMessage.safeParse(message);
      if (!parsed.success) return;
      const { supervisor, pids } = parsed.data;
      if (pids.length > 0) {
        everReady = true;
        retryMs = FIRST_RETRY_MS;
      }
      onChange({ supervisor, workers: pids });
    });
    started.on('error', (error) => log.error({ err: error }, 'the worker supervisor cannot be reached'));
    started.once('exit', (code, signal) => {
      child = undefined;
      onChange({ supervisor: null, workers: [] });
      if (stopping) return;
      if (!everReady && code) return fail(code);
      log.warn({ code, signal, retryMs }, 'the worker supervisor ended; starting it again');
      timer = setTimeout(start, retryMs);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    });
  };
  start();

  return {
    failed,
    replace: () => void child?.kill('SIGTERM'),
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const pid = child?.pid;
      if (pid === undefined) return;
      child?.kill('SIGTERM');
      if (await gone(pid, STOP_MS)) return;
      child?.kill('SIGTERM'); // the second one kills its children
      if (!(await gone(pid, KILL_MS))) child?.kill('SIGKILL');
    },
    kill: () => void child?.kill('SIGTERM'),
  };
}
