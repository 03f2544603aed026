import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { HoldfastError } from '../errors.js';
import type { ResolvedSettings } from '../settings/index.js';
import { environmentWith } from '../settings/machine.js';
import type { Logger } from '../telemetry/log.js';
import { claimFolder } from './dev-claim.js';
import { createDevJson } from './dev-json.js';
import { prepareDatabase, prepareTemporal } from './dev-prepare.js';
import { describeStack, describeWorkers, type DevPart } from './dev-parts.js';
import { keepSupervisor } from './dev-supervisor.js';
import { watchServers } from './dev-watch.js';
import { resetLocalData } from './reset.js';
import { startLocalStack, stopLocalStack, type LocalStack } from './stack.js';
import type { Progress } from './temporal-binary.js';

export interface DevOptions {
  settings: ResolvedSettings;
  /** Worker processes. */
  workers: number;
  /** The compiled CLI, for the supervisor's process. */
  cliEntry: string;
  log: Logger;
  /** Empty the local data first. */
  reset?: boolean;
  /** A part runs (again). */
  report(part: DevPart): void;
  onProgress?: Progress;
  /** Aborted: drain and end everything. */
  end: AbortSignal;
  /** Aborted: end everything now. */
  endNow: AbortSignal;
}

/**
 * PostgreSQL, Temporal and workers for one project, until `end`; what dies is started again. Returns the exit code: 0, or the first
 * supervisor's when no worker can start. Killed with -9, it leaves the two servers for the next start; the workers end by themselves.
 * @throws PROJECT_NOT_FOUND, STACK_ALREADY_RUNNING, and what keeps a part from starting
 */
export async function runDev(options: DevOptions): Promise<number> {
  const { settings, log, end } = options;
  requireProject(settings);
  const release = await claimFolder(settings.stateDir, log);
  try {
    if (options.reset) await resetLocalData(settings.stateDir);
    const start = () => startLocalStack(stackOptions(options));
    const stack = await start();
    if (end.aborted) return 0;
    options.report({ part: 'database', ...(await prepareDatabase(stack.databaseUrl, settings.schema)) });
    if (settings.given.temporalAddress) await prepareTemporal(settings.temporal, log);
    return await runParts(options, stack, start);
  } catch (e) {
    if (end.aborted) return 0;
    throw e;
  } finally {
    await stopLocalStack(settings.stateDir);
    release();
  }
}

async function runParts(options: DevOptions, stack: LocalStack, start: () => Promise<LocalStack>): Promise<number> {
  const { settings, log, report, end, endNow } = options;
  describeStack(stack, settings).forEach(report);
  const devJson = createDevJson(settings.stateDir, {
    ...addresses(stack),
    pid: process.pid,
    supervisor: null,
    workers: [],
  });
  const watching = new AbortController();
  const supervisor = keepSupervisor({
    ...supervisorCommand(options),
    log,
    onChange(now) {
      devJson.update(now);
      if (now.workers.length >= options.workers) report(describeWorkers(now, settings));
    },
  });
  const watch = watchServers({
    stack,
    log,
    start,
    signal: watching.signal,
    onRestarted(next, moved) {
      devJson.update(addresses(next));
      describeStack(next, settings).forEach(report);
      if (moved) supervisor.replace();
    },
  });
  endNow.addEventListener('abort', () => supervisor.kill(), { once: true });
  try {
    return await Promise.race([supervisor.failed, aborted(end).then(() => 0)]);
  } finally {
    // Servers are kept alive while workers drain.
    await supervisor.stop();
    watching.abort();
    await watch;
    devJson.remove();
  }
}

function requireProject({ configPath }: ResolvedSettings): void {
  if (existsSync(configPath)) return;
  const message = `there is no ${basename(configPath)} in ${dirname(configPath)}`;
  throw new HoldfastError('PROJECT_NOT_FOUND', message, {
    next: 'run `holdfast init` to make a project here, or name one with --config',
  });
}

const stackOptions = ({ settings, log, onProgress, end }: DevOptions) => ({
  dir: settings.stateDir,
  log,
  given: settings.given,
  namespace: settings.namespace,
  onProgress,
  signal: end,
});

/** It finds the local servers in dev.json; what the person named on our command line has to be handed on. */
function supervisorCommand({ settings, workers, cliEntry }: DevOptions) {
  const { given, namespace, log, configPath } = settings;
  return {
    entry: cliEntry,
    args: ['worker', '--workers', String(workers), '--config', configPath],
    env: environmentWith({
      ...(given.databaseUrl ? { DATABASE_URL: given.databaseUrl } : {}),
      ...(given.temporalAddress ? { TEMPORAL_ADDRESS: given.temporalAddress } : {}),
      TEMPORAL_NAMESPACE: namespace,
      HOLDFAST_LOG: log.level,
    }),
  };
}

const addresses = ({ databaseUrl, temporalAddress, namespace, temporal }: LocalStack) => ({
  database_url: databaseUrl,
  temporal_address: temporalAddress,
  namespace,
  urls: { ...(temporal?.uiUrl ? { temporal_ui: temporal.uiUrl } : {}) },
});

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
