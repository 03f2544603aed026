import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../telemetry/log.js';
import { findProcesses, isAlive } from './process-table.js';

export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/** What the server wrote into its postmaster.pid: pid on line 1, port on line 4, state on line 8. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  const lines = readLines(join(cluster, 'postmaster.pid'));
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 ? { pid, port, ready: lines[7]?.trim() === 'ready' } : undefined;
}

/** The port of the last start, so that a restart keeps the address that others hold. */
export function lastPort(cluster: string): number | undefined {
  const options = readLines(join(cluster, 'postmaster.opts')).join(' ');
  const port = /"-p" "(\d+)"/.exec(options)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** The server process of this cluster, dead or alive, by its postmaster.pid and the system's process list. */
export async function isServing(cluster: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const servers = await findProcesses(cluster);
  return servers === undefined || servers.some((process) => process.pid === pid);
}

/**
 * Removes a postmaster.pid whose process is dead, a zombie, or by now another program: PostgreSQL only asks whether the pid takes
 * signals, and after a kill -9 or a container's restart it often does.
 */
export async function removeStalePidFile(cluster: string, log: Logger): Promise<void> {
  const found = readPostmaster(cluster);
  if (!found || (await isServing(cluster, found.pid))) return;
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
  log.info({ pid: found.pid }, 'removed the pid file of a PostgreSQL that is gone');
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
