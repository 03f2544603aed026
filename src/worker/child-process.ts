import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { encodeInit, type ChildInit, type ToChild, type ToSupervisor } from './messages.js';

/** starting: it loads graphs. ready: it takes work. leaving: it drains, or another has taken its place. */
export type ChildState = 'starting' | 'ready' | 'leaving' | 'gone';

export interface WorkerChild {
  readonly workerId: string;
  readonly pid: number;
  readonly startedAt: number;
  /** When it began to take work; performance.now(). */
  readyAt?: number;
  /** Its row in holdfast.workers is written. */
  registered?: boolean;
  state: ChildState;
  /** When it last said anything; performance.now(). */
  heardAt: number;
  /** Why we killed it, if we did. */
  killedFor?: string;
  send(message: ToChild): void;
  kill(reason: string): void;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ForkOptions {
  /** The compiled module that runs as the child. */
  entry: string;
  init: Omit<ChildInit, 'workerId'>;
  onMessage(child: WorkerChild, message: ToSupervisor): void;
  onExit(child: WorkerChild, exit: ChildExit): void;
}

/** How long to wait for what a dead child had written to its pipe. */
const LAST_WORDS_MS = 1_000;

export function forkChild({ entry, init, onMessage, onExit }: ForkOptions): WorkerChild {
  const workerId = randomUUID();
  const process = fork(entry, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const child: WorkerChild = {
    workerId,
    pid: process.pid ?? 0,
    startedAt: performance.now(),
    heardAt: performance.now(),
    state: 'starting',
    send(message) {
      // A child that died a moment ago: its exit is about to be seen.
      if (process.connected) process.send(message, () => undefined);
    },
    kill(reason) {
      child.killedFor ??= reason;
      process.kill('SIGKILL');
    },
  };
  process.on('message', (message) => {
    child.heardAt = performance.now();
    onMessage(child, message as ToSupervisor);
  });

  // A token that it handed over just before it died may still be in the pipe: its exit counts once the pipe is empty.
  let exit: ChildExit | undefined;
  let buried = false;
  const ended = () => {
    if (!exit || buried) return;
    buried = true;
    onExit(child, exit);
  };
  process.once('error', () => {
    exit ??= { code: null, signal: null };
    if (process.pid === undefined) ended();
  });
  process.once('exit', (code, signal) => {
    exit = { code, signal };
    if (process.connected) setTimeout(ended, LAST_WORDS_MS).unref();
    else ended();
  });
  process.once('disconnect', ended);
  child.send({ t: 'init', init: encodeInit({ ...init, workerId }) });
  return child;
}
