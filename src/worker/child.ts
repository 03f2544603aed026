import { databaseError } from '../db/errors.js';
import { createPool, type Pool } from '../db/pool.js';
import { HoldfastError, messageOf } from '../errors.js';
import type { AgentRegistration } from '../runs/workers.js';
import { createLogger, type Logger } from '../telemetry/log.js';
import { connectNative } from '../temporal/native-connection.js';
import { installRuntime } from '../temporal/runtime.js';
import type { AttemptHost } from './attempt-host.js';
import { createChildHost, type SupervisorLink } from './child-host.js';
import { createActivityWorker } from './create-worker.js';
import { identityOf } from './identity.js';
import { decodeInit, type ChildError, type ChildInit, type ToChild } from './messages.js';
import { watchForOrphaning } from './orphan-watch.js';

/** What a child runs: made once it knows who it is. */
export interface ChildWork {
  agents: AgentRegistration[];
  activities: object;
  /** Default: the package's own workflows. */
  bundlePath?: string;
}

export type LoadWork = (init: ChildInit, deps: { host: AttemptHost; pool: Pool; log: Logger }) => Promise<ChildWork>;

/** Without a supervisor, slices get this long to commit. */
const ORPHAN_DRAIN_MS = 3_000;
/** And a process whose event loop does not turn at all gets this long. */
const ORPHAN_KILL_MS = 6_000;
/** The supervisor decides when a drain has lasted long enough, by killing; core's own cancelling must not come first. */
const NEVER_MS = 24 * 3_600_000;

/** The life of one worker child: init, load, work until told to drain. Ends the process. */
export async function runChild(load: LoadWork): Promise<void> {
  const link = linkToSupervisor();
  watchForOrphaning(ORPHAN_KILL_MS);
  process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole group; the supervisor decides
  process.once('disconnect', exitOrphaned);
  try {
    const init = await firstMessage();
    await work(init, load, link);
    process.exit(0);
  } catch (e) {
    await link.send({ t: 'failed', error: describe(e) });
    process.exit(1);
  }
}

async function work(init: ChildInit, load: LoadWork, link: SupervisorLink): Promise<void> {
  const log = createLogger(init.log).child({ pid: process.pid });
  // A stray rejection, often of a stream that was aborted, must not end the other slices of this process.
  process.on('unhandledRejection', (e) => log.error({ err: e }, 'a promise was rejected and nobody handled it'));
  installRuntime(log);
  const pool = createPool(init.databaseUrl, { name: 'holdfast-worker' });
  const host = createChildHost(init.workerId, link);
  const { agents, activities, bundlePath } = await load(init, { host, pool, log });
  await link.send({ t: 'loaded', agents });
  // The first attempt may be somebody's recovery: it should not also wait for a connection.
  await pool.query('SELECT 1').catch((e: unknown) => {
    throw databaseError(e);
  });

  const { taskQueue, temporal } = init;
  const connection = await connectNative(temporal);
  const worker = await createActivityWorker({
    connection,
    namespace: temporal.namespace,
    taskQueue,
    activities,
    bundlePath,
    identity: identityOf(init.workerId),
    tuning: { shutdownGraceMs: NEVER_MS },
  });
  const drain = () => {
    host.drain();
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.on('message', (message: ToChild) => (message.t === 'drain' ? drain() : host.on(message)));
  process.once('SIGTERM', drain);
  process.off('disconnect', exitOrphaned);
  process.once('disconnect', () => {
    log.warn('the supervisor is gone: ending');
    setTimeout(() => process.exit(1), ORPHAN_DRAIN_MS).unref();
    drain();
  });
  const running = worker.run();
  await link.send({ t: 'ready' });
  await running;
  await connection.close();
  await pool.end();
}

function linkToSupervisor(): SupervisorLink {
  return {
    send: (message) =>
      new Promise((resolve) => {
        if (process.send && process.connected) process.send(message, () => resolve());
        else resolve(); // nobody listens any more: this process is ending
      }),
  };
}

const exitOrphaned = () => process.exit(1);

function firstMessage(): Promise<ChildInit> {
  return new Promise((resolve, reject) => {
    process.once('message', (message: ToChild) => {
      if (message.t === 'init') resolve(decodeInit(message.init));
      else reject(new Error(`expected an init message, got ${message.t}`));
    });
  });
}

function describe(e: unknown): ChildError {
  if (e instanceof HoldfastError) return { code: e.code, message: messageOf(e), next: e.next };
  return { code: 'INTERNAL', message: messageOf(e) };
}
