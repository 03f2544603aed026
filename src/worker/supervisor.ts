/**
 * Keeps N worker children alive and speaks for their attempts.
 *
 * S1  An attempt's token is here before its node code runs, and stays until the server has its result or the process is dead and failed.
 * S2  An attempt is failed only after its process is dead: node code never runs beside its retry.
 * S3  A child that does not answer is slow until `stuckAfterMs`, and stuck after.
 * S4  A child that cannot start for a reason that will not pass ends the supervisor with that reason.
 * S5  No child outlives the supervisor by more than seconds (child.ts, orphan-watch.ts).
 */
import type { Pool } from '../db/pool.js';
import type { HoldfastError } from '../errors.js';
import type { AgentRegistration } from '../runs/workers.js';
import type { Logger } from '../telemetry/log.js';
import type { TemporalConnection } from '../temporal/connection.js';
import type { ChildExit, WorkerChild } from './child-process.js';
import { feedControl } from './control-feed.js';
import { createCrew } from './crew.js';
import { deferred } from './deferred.js';
import { createHeartbeats } from './heartbeats.js';
import { identityOf } from './identity.js';
import { createLiveness } from './liveness.js';
import { failLost } from './lost-attempts.js';
import type { ChildInit, ToSupervisor } from './messages.js';
import { createRecycling } from './recycling.js';
import { createLedger, nodesInFlight } from './token-ledger.js';
import { keepWorkerRows } from './worker-rows.js';

export interface SupervisorOptions {
  /** How many children. */
  workers: number;
  /** The compiled module that runs as a child. */
  childEntry: string;
  init: Omit<ChildInit, 'workerId'>;
  /** Default 60,000. */
  stuckAfterMs?: number;
  /** How long a drain may last before children are killed. Default 30,000. */
  drainMs?: number;
  /** How long a recycled child's other slices have to commit. Default 5,000. */
  recycleDrainMs?: number;
}

export interface SupervisorDeps {
  pool: Pool;
  temporal: TemporalConnection;
  log: Logger;
  /** The set of children that take work has changed. */
  onWorkers?(pids: number[]): void;
}

export interface Supervisor {
  /** All children take work. Rejects like `done`. */
  readonly ready: Promise<void>;
  /** All children have ended: after a drain, or with the reason why none can work. */
  readonly done: Promise<void>;
  /** The children that take work. */
  pids(): number[];
  /** Takes no more work, ends slices at their next commit, kills what has not ended after `drainMs`. Settles with `done`. */
  drain(): Promise<void>;
  /** Drains without patience: kills the children now; their attempts are failed retryably. */
  kill(): Promise<void>;
}

const PING_MS = 1_000;
const START_WITHIN_MS = 120_000;
const RESTARTS = { firstDelayMs: 200, maxDelayMs: 5_000, maxStartFailures: 3 };

export function superviseWorkers(options: SupervisorOptions, deps: SupervisorDeps): Supervisor {
  const { init, stuckAfterMs = 60_000, drainMs = 30_000, recycleDrainMs = 5_000 } = options;
  const { pool, temporal, log, onWorkers } = deps;
  const loaded = new Map<string, AgentRegistration[]>();
  const reports = new Set<Promise<void>>();
  const ready = deferred();
  const done = deferred();
  let stopping = false;
  let failure: HoldfastError | undefined;
  let killing: NodeJS.Timeout | undefined;

  const ledger = createLedger();
  const crew = createCrew({
    size: options.workers,
    entry: options.childEntry,
    init,
    restarts: RESTARTS,
    onMessage,
    onDeath,
    onGiveUp(reason) {
      failure = reason;
      stop(drainMs);
    },
  });
  const takingWork = () => crew.children().filter((child) => child.state === 'ready');
  const pids = () => takingWork().map((child) => child.pid);
  const recycle = createRecycling({ crew, ledger, log, drainMs: recycleDrainMs });
  const liveness = createLiveness({ pingMs: PING_MS, stuckAfterMs, startWithinMs: START_WITHIN_MS }, onStuck);
  const rows = keepWorkerRows({
    pool,
    log,
    taskQueue: init.taskQueue,
    answering: () => takingWork().filter((child) => !liveness.isSilent(child)).map((child) => child.workerId), // prettier-ignore
  });
  const heartbeats = createHeartbeats({
    ledger,
    temporal,
    log,
    isSilent(workerId) {
      const child = crew.find(workerId);
      return child !== undefined && liveness.isSilent(child);
    },
    onAbort: ({ workerId, token }, why) => crew.find(workerId)?.send({ t: 'abort', token, why }),
  });
  const feed = feedControl({
    pool,
    databaseUrl: init.databaseUrl,
    log,
    threads: () => [...new Set(ledger.running().map((entry) => entry.threadId))],
    onControl(threadId, control) {
      const running = ledger.running().filter((entry) => entry.threadId === threadId);
      for (const { workerId } of running) crew.find(workerId)?.send({ t: 'control', threadId, control });
    },
  });
  const ticking = setInterval(() => {
    liveness.tick(crew.children());
    heartbeats.beat();
    ledger.purge();
  }, PING_MS);
  crew.start();

  return {
    ready: ready.promise,
    done: done.promise,
    pids,
    drain() {
      stop(drainMs);
      return done.promise;
    },
    kill() {
      stop(0);
      return done.promise;
    },
  };

  function onMessage(child: WorkerChild, message: ToSupervisor): void {
    ledger.hear(child.workerId, message);
    if (message.t === 'loaded') loaded.set(child.workerId, message.agents);
    else if (message.t === 'ready') void onReady(child);
    else if (message.t === 'recycle') void recycle(child, message.token, message.reason).then(changed);
    else if (message.t === 'adopt') {
      const entry = ledger.get(message.token);
      if (entry) void heartbeats.beatFor(entry);
    }
  }

  async function onReady(child: WorkerChild): Promise<void> {
    child.readyAt = performance.now();
    if (stopping) return child.send({ t: 'drain' });
    child.state = 'ready';
    changed();
    const agents = loaded.get(child.workerId) ?? [];
    await rows.started({ workerId: child.workerId, pid: child.pid, agents });
    log.info({ pid: child.pid, taskQueue: init.taskQueue, agents: agents.map(({ name }) => name) }, 'worker ready');
    child.registered = true;
    if (takingWork().filter(({ registered }) => registered).length >= options.workers) ready.resolve();
  }

  function onDeath(child: WorkerChild, exit: ChildExit): Promise<void> {
    loaded.delete(child.workerId);
    const running = ledger.runningIn(child.workerId);
    const lost = ledger.drop(child.workerId);
    const how = child.killedFor ?? (exit.signal ? `was killed by ${exit.signal}` : `ended with exit code ${exit.code}`);
    const nodes = nodesInFlight(running) || undefined;
    const expected = running.length === 0 && (stopping || child.readyAt === undefined);
    log[expected ? 'debug' : 'warn']({ pid: child.pid, attempts: running.length, nodes }, `worker ${how}`);
    if (child.readyAt !== undefined) rows.stopped(child.workerId);
    const report = failLost(lost, `worker ${child.pid} ${how}`, {
      temporal,
      log,
      identity: identityOf(child.workerId),
    }).finally(() => reports.delete(report));
    reports.add(report);
    changed();
    void endIfOver();
    return report;
  }

  function onStuck(child: WorkerChild, silentMs: number): void {
    const nodes = nodesInFlight(ledger.runningIn(child.workerId)) || 'no node';
    const silent = `did not answer for ${Math.round(silentMs / 1000)} s`;
    log.error({ pid: child.pid }, `worker ${silent}, in ${nodes}: killing it`);
    child.kill(`${silent} and was killed`);
  }

  function changed(): void {
    onWorkers?.(pids());
  }

  function stop(patienceMs: number): void {
    stopping = true;
    crew.disband();
    clearTimeout(killing);
    const killAll = () => crew.children().forEach((child) => child.kill('did not end in time and was killed'));
    if (patienceMs > 0) killing = setTimeout(killAll, patienceMs);
    else killAll();
    for (const child of crew.children()) {
      // One that still loads has nothing to finish.
      if (child.state === 'starting') child.kill('was stopped while it started');
      else child.send({ t: 'drain' });
    }
    void endIfOver();
  }

  async function endIfOver(): Promise<void> {
    if (!stopping || crew.children().length > 0) return;
    clearInterval(ticking);
    clearTimeout(killing);
    await Promise.all([...reports, feed.close()]);
    await rows.close();
    if (failure) ready.reject(failure);
    else ready.resolve();
    if (failure) done.reject(failure);
    else done.resolve();
  }
}
