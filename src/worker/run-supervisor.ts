import { fileURLToPath } from 'node:url';
import { databaseError } from '../db/errors.js';
import { createPool } from '../db/pool.js';
import { assertSchema } from '../db/migrate.js';
import type { Logger } from '../telemetry/log.js';
import { connectTemporal } from '../temporal/connection.js';
import type { ChildInit, WorkersMessage } from './messages.js';
import { superviseWorkers, type SupervisorOptions } from './supervisor.js';

export interface RunSupervisorOptions extends Omit<SupervisorOptions, 'childEntry'> {
  init: Omit<ChildInit, 'workerId'>;
  log: Logger;
  /** Default: the child that loads the project named in `init`. */
  childEntry?: string;
  /** All children take work. */
  onReady?(pids: number[]): void;
}

/**
 * The whole of `holdfast worker` in this process, until it has drained after SIGTERM or SIGINT (a second one kills the children) or
 * after the process that forked it is gone.
 * @throws POSTGRES_UNREACHABLE, SCHEMA_MISSING, SCHEMA_NEWER, TEMPORAL_UNREACHABLE, or why no child can start: GRAPH_LOAD_FAILED, PROJECT_INVALID, ...
 */
export async function runSupervisor({ log, onReady, childEntry, ...options }: RunSupervisorOptions): Promise<void> {
  const { databaseUrl, temporal } = options.init;
  const pool = createPool(databaseUrl, { max: 4, name: 'holdfast-supervisor' });
  try {
    await assertSchema(pool).catch((e: unknown) => {
      throw databaseError(e);
    });
    const connection = await connectTemporal(temporal);
    try {
      const supervisor = superviseWorkers(
        { ...options, childEntry: childEntry ?? fileURLToPath(new URL('./child-main.js', import.meta.url)) },
        { pool, temporal: connection, log, onWorkers: tellParent },
      );
      const unhook = onEndRequest((again) => {
        log.info(again ? 'killing the workers' : 'draining; a second signal kills the workers');
        void (again ? supervisor.kill() : supervisor.drain()).catch(() => undefined);
      });
      void supervisor.ready.then(() => onReady?.(supervisor.pids())).catch(() => undefined);
      await supervisor.done.finally(unhook);
    } finally {
      await connection.close();
    }
  } finally {
    await pool.end();
  }
}

function tellParent(pids: number[]): void {
  const message: WorkersMessage = { type: 'workers', supervisor: process.pid, pids };
  if (process.send && process.connected) process.send(message, () => undefined);
}

/** Wrappers such as npm and timeout deliver one Ctrl-C or SIGTERM twice. */
const SAME_SIGNAL_MS = 1_000;

function onEndRequest(end: (again: boolean) => void): () => void {
  let askedAt: number | undefined;
  const ask = () => {
    const again = askedAt !== undefined && performance.now() - askedAt > SAME_SIGNAL_MS;
    if (askedAt !== undefined && !again) return;
    askedAt ??= performance.now();
    end(again);
  };
  const onGone = () => {
    if (askedAt === undefined) ask();
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
  process.on('disconnect', onGone);
  return () => {
    process.off('SIGTERM', ask);
    process.off('SIGINT', ask);
    process.off('disconnect', onGone);
  };
}
