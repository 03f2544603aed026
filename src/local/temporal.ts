import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { HoldfastError } from '../errors.js';
import { inherited, userCacheDir } from '../settings/machine.js';
import type { Logger } from '../telemetry/log.js';
import { withFileLock } from './file-lock.js';
import { freePort, isListening } from './free-port.js';
import { endProcess, findProcesses, isAlive } from './process-table.js';
import { devServerArguments, portsOf, type DevServer } from './temporal-arguments.js';
import { temporalBinary, type Progress } from './temporal-binary.js';
import { temporalProblem } from './temporal-health.js';

const START_TIMEOUT_MS = 60_000;
/** It asks its parts to end one by one; SQLite needs none of that. */
const STOP_GRACE_MS = 2_000;

export interface TemporalOptions {
  /** The folder of the local stack (`.holdfast`); the server's files are in its folder `temporal`. */
  dir: string;
  log: Logger;
  onProgress?: Progress;
  namespace?: string;
  /** For tests: no UI, and a crash of the machine may lose the last transactions. */
  ephemeral?: boolean;
  /** Where the binary is kept between projects. Default `userCacheDir()`. */
  cacheDir?: string;
  /** Ends a download or a build of the binary. */
  signal?: AbortSignal;
}

export interface RunningTemporal {
  /** host:port */
  address: string;
  uiUrl?: string;
  pid: number;
  namespace: string;
  /** `adopted`: it ran already. */
  how: 'started' | 'adopted';
}

interface Files {
  database: string;
  record: string;
  log: string;
}

const serverRecord = z.object({ pid: z.number(), port: z.number(), uiPort: z.number().optional() });
type ServerRecord = z.infer<typeof serverRecord>;

/**
 * A tuned Temporal dev server on 127.0.0.1 with its data in `dir`; starters that race get the same one.
 * @throws TEMPORAL_BINARY_MISSING, TEMPORAL_START_FAILED
 */
export async function ensureTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { log, namespace = 'default' } = options;
  const files = filesIn(options.dir);
  return withFileLock(`${files.database}.lock`, log, async () => {
    const found = await findServer(files);
    if (found) {
      const problem = await waitUntilReady(found, namespace, 15_000);
      if (!problem) return running(found, namespace, 'adopted');
      log.warn({ pid: found.pid, problem }, 'the Temporal server that runs does not work and is ended');
      await endProcess(found.pid, STOP_GRACE_MS);
    }
    const { cacheDir = userCacheDir(), onProgress, signal } = options;
    const binary = await temporalBinary({ cacheDir, log, onProgress, signal });
    return start(binary, files, options);
  });
}

async function start(binary: string, files: Files, options: TemporalOptions): Promise<RunningTemporal> {
  const { namespace = 'default', ephemeral = false } = options;
  let problem = '';
  // Another program may take a port between the look and the start.
  for (let attempt = 0; attempt < 3; attempt++) {
    const last = attempt === 0 ? readRecord(files) : undefined;
    const port = await freePort(last?.port);
    const uiPort = ephemeral ? undefined : await freePort(last?.uiPort);
    const server: DevServer = { database: files.database, namespace, port, uiPort, durable: !ephemeral };
    const pid = await launch(binary, server, files.log);
    const record: ServerRecord = { pid, port, uiPort };
    writeFileSync(files.record, JSON.stringify(record), { mode: 0o600 });
    problem = (await waitUntilReady(record, namespace, START_TIMEOUT_MS)) ?? '';
    if (!problem) return running(record, namespace, 'started');
    await endProcess(pid, STOP_GRACE_MS);
    options.log.debug({ problem }, 'the Temporal server did not start');
  }
  throw new HoldfastError(
    'TEMPORAL_START_FAILED',
    `the Temporal server did not start: ${problem} | ${lastLines(files.log)}`,
    {
      next: `read ${files.log}`,
    },
  );
}

/** In a session of its own: Ctrl-C in a terminal goes to its owner, and it outlives an owner that is killed. */
function launch(binary: string, server: DevServer, logPath: string): Promise<number> {
  const output = openSync(logPath, 'a', 0o600);
  const child = spawn(binary, devServerArguments(server), {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output, output],
    // TEMPORAL_* variables are for its clients, and would change how the CLI reads its flags.
    env: inherited(['PATH', 'HOME', 'TMPDIR', 'SystemRoot', 'TEMP', 'TMP', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA']),
  });
  closeSync(output);
  child.unref();
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid!));
    child.once('error', (cause) => {
      reject(new HoldfastError('TEMPORAL_START_FAILED', `${binary} could not be started: ${cause.message}`, { cause }));
    });
  });
}

/** Polls until the server serves the namespace with our search attributes; what is wrong when it ends or the time is up. */
async function waitUntilReady(server: ServerRecord, namespace: string, timeoutMs: number): Promise<string | undefined> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(20)) {
    // gRPC waits a second after a refused connection before it tries again.
    const listening = await isListening(server.port);
    const problem = listening ? await temporalProblem(`127.0.0.1:${server.port}`, namespace) : 'it does not listen';
    if (!problem) return undefined;
    if (!isAlive(server.pid)) return 'it ended at once';
    if (Date.now() > deadline) return problem;
  }
}

/** By the process list, which no crash can leave stale; on Windows by the pid file. */
async function findServer(files: Files): Promise<ServerRecord | undefined> {
  const processes = await findProcesses(files.database);
  if (processes === undefined) {
    const record = readRecord(files);
    return record && isAlive(record.pid) ? record : undefined;
  }
  for (const { pid, args } of processes) {
    const { port, uiPort } = portsOf(args);
    if (port !== undefined) return { pid, port, uiPort };
  }
  return undefined;
}

/** Ends the server of `dir` if one runs: asked first, killed after `graceMs`. */
export async function stopTemporal(dir: string, graceMs = STOP_GRACE_MS): Promise<void> {
  if (!existsSync(join(dir, 'temporal'))) return;
  const server = await findServer(filesIn(dir));
  if (server) await endProcess(server.pid, graceMs);
}

function filesIn(dir: string): Files {
  const folder = join(dir, 'temporal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const real = realpathSync(folder);
  return { database: join(real, 'temporal.sqlite'), record: join(real, 'server.json'), log: join(real, 'server.log') };
}

function readRecord(files: Files): ServerRecord | undefined {
  try {
    return serverRecord.parse(JSON.parse(readFileSync(files.record, 'utf8')));
  } catch {
    return undefined; // none yet, or one cut off by a crash: it only saves a change of ports
  }
}

const running = (server: ServerRecord, namespace: string, how: RunningTemporal['how']): RunningTemporal => ({
  address: `127.0.0.1:${server.port}`,
  uiUrl: server.uiPort === undefined ? undefined : `http://127.0.0.1:${server.uiPort}`,
  pid: server.pid,
  namespace,
  how,
});

function lastLines(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').slice(-3).join(' | ') : '';
}
