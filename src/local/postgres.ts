import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { HoldfastError, messageOf } from '../errors.js';
import type { Logger } from '../telemetry/log.js';
import { withFileLock } from './file-lock.js';
import { freePort } from './free-port.js';
import { postgresAccount, type PostgresAccount } from './postgres-account.js';
import { postgresHome } from './postgres-binaries.js';
import { clusterExists, createCluster, POSTGRES_USER, readPassword } from './postgres-cluster.js';
import { isServing, lastPort, readPostmaster, removeStalePidFile } from './postmaster.js';
import { endProcess, gone } from './process-table.js';
import { failureOf } from './run-tool.js';

const START_TIMEOUT_MS = 60_000;

/** Of a development server: small, local, and as durable as any. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  password_encryption: 'scram-sha-256',
  log_min_messages: 'warning',
  // Its planning costs more than it saves on statements of a millisecond.
  jit: 'off',
};

export interface PostgresOptions {
  /** The folder of the local stack (`.holdfast`); the cluster is its folder `postgres`. */
  dir: string;
  log: Logger;
  /** For tests: survives kill -9, but not a crash of the machine. */
  ephemeral?: boolean;
}

export interface RunningPostgres {
  /** With the password. */
  url: string;
  pid: number;
  port: number;
  /** `adopted`: it ran already. */
  how: 'started' | 'adopted';
}

/**
 * A PostgreSQL 18 of our own on 127.0.0.1 with its data in `dir`; starters that race get the same one.
 * @throws POSTGRES_START_FAILED
 */
export async function ensurePostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const cluster = clusterIn(options.dir);
  return withFileLock(`${cluster}.lock`, options.log, async () => {
    const home = postgresHome();
    const account = await postgresAccount(home, cluster);
    if (!clusterExists(cluster)) await createCluster(account, cluster, !options.ephemeral);
    return startOrAdopt(options, account, cluster);
  });
}

/** By its real path: the process list names the server by the path it was started with. */
function clusterIn(dir: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return join(realpathSync(dir), 'postgres');
}

async function startOrAdopt(
  { log, ephemeral }: PostgresOptions,
  account: PostgresAccount,
  cluster: string,
): Promise<RunningPostgres> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let how: RunningPostgres['how'] = 'adopted';
  let problem = '';
  for (let attempt = 0; Date.now() < deadline; attempt++) {
    await removeStalePidFile(cluster, log);
    const server = readPostmaster(cluster);
    if (server?.ready) {
      const answer = await connect(cluster, server.port);
      if (typeof answer !== 'string') return { url: answer.url, pid: server.pid, port: server.port, how };
      problem = answer;
    } else {
      // The last port may be taken by now, or is still held by the sessions of a server that was killed.
      const port = await freePort(attempt < 2 ? lastPort(cluster) : undefined);
      const result = await account.run('pg_ctl', startArguments(cluster, port, ephemeral), START_TIMEOUT_MS);
      how = 'started';
      if (result.status === 0) continue;
      problem = `${failureOf(result)} | ${lastLogLines(cluster)}`;
      log.debug({ problem }, 'PostgreSQL did not start');
    }
    await sleep(200);
  }
  throw new HoldfastError('POSTGRES_START_FAILED', `PostgreSQL did not start: ${problem}`, {
    next: `read ${join(cluster, 'server.log')}`,
    details: { cluster },
  });
}

function startArguments(cluster: string, port: number, ephemeral = false): string[] {
  const settings = { ...SETTINGS, ...(ephemeral ? { fsync: 'off', full_page_writes: 'off' } : {}) };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  // `-l`: the server's own output goes to a file, since it outlives us.
  const server = ['-p', String(port), ...flags].join(' ');
  return ['-D', cluster, '-l', join(cluster, 'server.log'), '-w', '-t', '50', '-o', server, 'start'];
}

/** The url when the cluster's own server answers on `port`, else what is wrong. */
async function connect(cluster: string, port: number): Promise<{ url: string } | string> {
  const url = `postgres://${POSTGRES_USER}:${readPassword(cluster)}@127.0.0.1:${port}/postgres`;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    const found = rows[0]?.data_directory ?? '';
    return realpathSync(found) === realpathSync(cluster) ? { url } : `another server listens on port ${port}`;
  } catch (e) {
    return messageOf(e);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Ends the server of `dir` if one runs; open transactions are rolled back, sessions closed. */
export async function stopPostgres(dir: string): Promise<void> {
  if (!existsSync(dir)) return;
  const cluster = clusterIn(dir);
  const server = readPostmaster(cluster);
  if (!server || !(await isServing(cluster, server.pid))) return;
  // SIGINT is PostgreSQL's fast shutdown; SIGQUIT its immediate one, after which the next start recovers from the log.
  await endProcess(server.pid, 10_000, 'SIGINT');
  await gone(server.pid, 1_000);
}

function lastLogLines(cluster: string): string {
  const path = join(cluster, 'server.log');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').slice(-3).join(' | ') : '';
}
