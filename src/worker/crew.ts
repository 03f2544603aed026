import type { HoldfastError } from '../errors.js';
import { forkChild, type ChildExit, type WorkerChild } from './child-process.js';
import type { ChildError, ChildInit, ToSupervisor } from './messages.js';
import { createRestartPolicy, type RestartPolicyOptions } from './restart-policy.js';

export interface CrewOptions {
  size: number;
  /** The compiled module that runs as a child. */
  entry: string;
  init: Omit<ChildInit, 'workerId'>;
  restarts: RestartPolicyOptions;
  onMessage(child: WorkerChild, message: ToSupervisor): void;
  /** The process is dead and everything it said has been handled. Resolves when its attempts have been reported. */
  onDeath(child: WorkerChild, exit: ChildExit): Promise<void>;
  /** No child can work, for this reason; nothing is forked any more. */
  onGiveUp(reason: HoldfastError): void;
}

export interface Crew {
  /** Every child whose process may still live. */
  children(): WorkerChild[];
  find(workerId: string): WorkerChild | undefined;
  start(): void;
  /** Another takes its place; it still has to end. */
  retire(child: WorkerChild): void;
  /** Forks no more. */
  disband(): void;
}

const REPORT_FIRST_MS = 300;

/** The children of a supervisor: forked, and forked again when they die. */
export function createCrew(options: CrewOptions): Crew {
  const { size, entry, init, onMessage, onDeath, onGiveUp } = options;
  const policy = createRestartPolicy(options.restarts);
  const children = new Map<string, WorkerChild>();
  const lastWords = new Map<string, ChildError>();
  const pauses = new Set<NodeJS.Timeout>();
  let disbanded = false;

  const disband = () => {
    disbanded = true;
    pauses.forEach(clearTimeout);
  };

  const forkOne = () => {
    const child = forkChild({
      entry,
      init,
      onMessage(child, message) {
        if (message.t === 'ready') policy.ready();
        if (message.t === 'failed') lastWords.set(child.workerId, message.error);
        onMessage(child, message);
      },
      onExit: buried,
    });
    children.set(child.workerId, child);
  };

  const buried = (child: WorkerChild, exit: ChildExit) => {
    const wasReady = child.readyAt !== undefined;
    const replaced = child.state === 'leaving';
    child.state = 'gone';
    children.delete(child.workerId);
    const error = lastWords.get(child.workerId);
    lastWords.delete(child.workerId);
    const reported = onDeath(child, exit);
    if (disbanded || replaced) return;
    const verdict = policy.afterDeath({ wasReady, livedMs: performance.now() - child.startedAt, exit, error });
    if ('giveUp' in verdict) {
      disband();
      onGiveUp(verdict.giveUp);
    } else void forkAfter(reported, verdict.again);
  };

  /** A fork blocks this process for some 10 ms and then takes a core for a second: the lost attempts' report goes first. */
  const forkAfter = async (reported: Promise<void>, delayMs: number) => {
    await Promise.race([reported, pause(REPORT_FIRST_MS)]);
    await pause(delayMs);
    if (!disbanded) forkOne();
  };
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        pauses.delete(timer);
        resolve();
      }, ms);
      pauses.add(timer);
    });

  return {
    children: () => [...children.values()],
    find: (workerId) => children.get(workerId),
    start() {
      for (let i = 0; i < size; i++) forkOne();
    },
    retire(child) {
      if (child.state === 'leaving') return;
      child.state = 'leaving';
      if (!disbanded) forkOne();
    },
    disband,
  };
}
