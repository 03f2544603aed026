import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../errors.js';
import { endProcess, findProcesses, isAlive } from '../local/process-table.js';
import { stopLocalStack } from '../local/stack.js';
import { devFile, STATE_DIR, type DevFile } from '../settings/dev-file.js';

export interface DevStack {
  /** As dev.json says now: pids change when a part is started anew. */
  read(): DevFile | undefined;
  readonly pid: number;
  /** The process of a part as it is now; undefined when it is not ours or not there. */
  pidOf(part: 'supervisor' | 'postgres' | 'temporal'): Promise<number | undefined>;
  readonly logFile: string;
  stop(): Promise<void>;
}

export interface DevStackOptions {
  /** The project's folder; dev runs in it and keeps its data there. */
  dir: string;
  /** The compiled command. */
  cli: string;
  workers: number;
  signal: AbortSignal;
  /** The first time, the Temporal binary may have to be built. */
  onLine(line: string): void;
}

/** `holdfast dev` as a process of its own, as a developer starts it. Returns when its workers take work. */
export async function startDevStack({ dir, cli, workers, signal, onLine }: DevStackOptions): Promise<DevStack> {
  const logFile = join(dir, 'dev.log');
  const log = openSync(logFile, 'a');
  // A group of its own, so that Ctrl-C reaches the demo alone, which then ends it; and it may stay up with --keep.
  const dev = spawn(process.execPath, [cli, 'dev', '--workers', String(workers)], {
    cwd: dir,
    detached: true,
    stdio: ['ignore', log, log],
  });
  dev.unref();
  const read = (): DevFile | undefined => readDevFile(dir);
  const pidOf: DevStack['pidOf'] = async (part) => {
    if (part === 'supervisor') return read()?.supervisor ?? undefined;
    // The servers that work on this stack's files, whoever started them.
    const servers = await findProcesses(join(dir, STATE_DIR));
    return servers?.find(({ args }) => basename(args[0] ?? '').startsWith(part))?.pid;
  };
  const stop = async (): Promise<void> => {
    const children = read();
    if (dev.pid) await endProcess(dev.pid, 20_000, 'SIGINT');
    // What it could not end any more.
    for (const pid of [...(children?.workers ?? []), children?.supervisor]) {
      if (typeof pid === 'number' && isAlive(pid)) await endProcess(pid, 0);
    }
    await stopLocalStack(join(dir, STATE_DIR));
  };
  try {
    await untilReady(dev, read, { workers, signal, logFile, onLine });
  } catch (e) {
    await stop();
    throw e;
  }
  return { read, pid: dev.pid ?? 0, pidOf, logFile, stop };
}

const START_MS = 15 * 60_000;

async function untilReady(
  dev: ChildProcess,
  read: () => DevFile | undefined,
  { workers, signal, logFile, onLine }: Pick<DevStackOptions, 'workers' | 'signal' | 'onLine'> & { logFile: string },
): Promise<void> {
  let seen = 0;
  for (const deadline = Date.now() + START_MS; ; await sleep(50, undefined, { signal })) {
    const lines = readFileSync(logFile, 'utf8').split('\n');
    for (const line of lines.slice(seen, -1)) if (!line.startsWith('{')) onLine(line); // its log is JSON here
    seen = Math.max(seen, lines.length - 1);
    if ((read()?.workers.length ?? 0) >= workers) return;
    if (dev.exitCode === null && dev.signalCode === null && Date.now() < deadline) continue;
    throw new HoldfastError('STACK_NOT_RUNNING', `holdfast dev did not come up:\n${lines.slice(-15).join('\n')}`, {
      next: `read ${logFile}`,
    });
  }
}

function readDevFile(dir: string): DevFile | undefined {
  try {
    return devFile.parse(JSON.parse(readFileSync(join(dir, STATE_DIR, 'dev.json'), 'utf8')));
  } catch {
    return undefined; // not there yet
  }
}
