import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../errors.js';
import type { Logger } from '../telemetry/log.js';
import { withFileLock } from './file-lock.js';
import { findProcesses, isAlive } from './process-table.js';

/**
 * One `holdfast dev` per folder. The claim is a pid file, checked against what that process is: after a kill -9 the number may be
 * another program's. @throws STACK_ALREADY_RUNNING
 */
export async function claimFolder(stateDir: string, log: Logger): Promise<() => void> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const path = join(stateDir, 'dev.pid');
  await withFileLock(join(stateDir, 'dev.lock'), log, async () => {
    const pid = readPid(path);
    if (pid !== undefined && pid !== process.pid && (await isDev(pid))) {
      throw new HoldfastError('STACK_ALREADY_RUNNING', `\`holdfast dev\` runs here already, as process ${pid}`, {
        next: `use it as it is, or end it first: kill ${pid}`,
        details: { pid, stateDir },
      });
    }
    writeFileSync(path, `${process.pid}\n`, { mode: 0o600 });
  });
  return () => {
    if (readPid(path) === process.pid) rmSync(path, { force: true });
  };
}

async function isDev(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const processes = await findProcesses(' dev');
  return processes === undefined || processes.some((process) => process.pid === pid);
}

function readPid(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}
