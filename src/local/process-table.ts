import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from './run-tool.js';

export interface ProcessEntry {
  pid: number;
  args: string[];
}

/** Running for real: a killed process whose parent has not waited for it yet (a zombie) still takes signals, and counts as dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !/^[ZX]/.test(statusOf(pid));
}

/** SIGTERM (or `first`), then SIGKILL after `graceMs`. Returns when it is gone, also when it was not there. */
export async function endProcess(pid: number, graceMs = 10_000, first: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  signal(pid, first);
  if (await gone(pid, graceMs)) return;
  signal(pid, 'SIGKILL');
  await gone(pid, 5_000);
}

/** Polls until the process is gone; false at the deadline. */
export async function gone(pid: number, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; isAlive(pid);) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/**
 * Processes with `text` in their command line; undefined where the system has no list we can read (Windows). A pid in a file says
 * little after a crash: the number may be another process by now.
 */
export async function findProcesses(text: string): Promise<ProcessEntry[] | undefined> {
  const all = await listProcesses();
  return all?.filter(({ pid, args }) => pid !== process.pid && args.join(' ').includes(text) && isAlive(pid));
}

async function listProcesses(): Promise<ProcessEntry[] | undefined> {
  if (platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), args: read(`/proc/${name}/cmdline`).split('\0') }));
  }
  if (platform === 'win32') return undefined;
  const { status, stdout } = await runTool('ps', ['-axww', '-o', 'pid=,command=']);
  if (status !== 0) return undefined;
  return stdout.split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && command ? [{ pid: Number(pid), args: command.split(' ') }] : [];
  });
}

/** The state letter of /proc/PID/stat; the command before it may hold spaces and brackets. */
function statusOf(pid: number): string {
  if (platform !== 'linux') return '';
  const stat = read(`/proc/${pid}/stat`);
  return stat === '' ? 'X' : stat.slice(stat.lastIndexOf(')') + 2);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended since
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
}
