import { hostname } from 'node:os';
import type { Pool } from '../db/pool.js';
import {
  registerAgents,
  registerWorker,
  stopWorker,
  touchWorkers,
  TOUCH_INTERVAL_MS,
  type AgentRegistration,
} from '../runs/workers.js';
import type { Logger } from '../telemetry/log.js';

export interface WorkerRows {
  /** Resolves when the agents and the worker are registered, so that a run that is started now finds them. */
  started(worker: { workerId: string; pid: number; agents: AgentRegistration[] }): Promise<void>;
  stopped(workerId: string): void;
  /** Ends the touching and waits for what is being written. */
  close(): Promise<void>;
}

/**
 * Keeps holdfast.workers true: one row a child, all touched in one statement. Written in the background: a database that is away for
 * a moment must not stop a worker, and a row missed then is written with the next touch.
 */
export function keepWorkerRows(deps: {
  pool: Pool;
  log: Logger;
  taskQueue: string;
  answering(): string[];
}): WorkerRows {
  const { pool, log, taskQueue, answering } = deps;
  const unwritten = new Map<string, () => Promise<void>>();
  let writing: Promise<void> = Promise.resolve();

  const flush = async () => {
    try {
      for (const [key, write] of [...unwritten]) {
        await write();
        unwritten.delete(key);
      }
      const ids = answering();
      if (ids.length > 0) await touchWorkers(pool, ids);
    } catch (e) {
      log.warn({ err: e }, 'could not write worker rows; trying again');
    }
  };
  const flushSoon = () => (writing = writing.then(flush));
  const timer = setInterval(() => void flushSoon(), TOUCH_INTERVAL_MS);

  return {
    started({ workerId, pid, agents }) {
      return new Promise((resolve) => {
        unwritten.set(`+${workerId}`, async () => {
          await registerAgents(pool, agents);
          const names = agents.map((agent) => agent.name);
          await registerWorker(pool, { workerId, pid, agents: names, host: hostname(), taskQueue });
          resolve();
        });
        void flushSoon();
      });
    },
    stopped(workerId) {
      unwritten.delete(`+${workerId}`);
      unwritten.set(`-${workerId}`, () => stopWorker(pool, workerId));
      void flushSoon();
    },
    async close() {
      clearInterval(timer);
      await flushSoon();
    },
  };
}
