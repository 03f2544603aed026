import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '../db/pool.js';
import { runsMidNode, type Busy, type Moment } from './mid-node.js';

export type Victim = 'worker' | 'postgres' | 'temporal' | 'supervisor';

export interface Kill {
  victim: Victim;
  pid: number;
  at: Date;
  /** In words: what was going on. */
  moment: string;
  /** Runs that were inside a node on what was killed. */
  runIds: string[];
}

/** The moments a worker is killed in, in turn. */
const MOMENTS: readonly Moment[] = ['applied', 'node', 'arrived'];

export interface KillOptions {
  pool: Pool;
  signal: AbortSignal;
  /** The process to kill for each victim that is not a worker; undefined when it is not ours. */
  pidOf(victim: Exclude<Victim, 'worker'>): Promise<number | undefined>;
}

/** Kills one worker with SIGKILL while it is inside a node; the n-th time in the n-th kind of moment, if it comes within seconds. */
export async function killWorker(n: number, { pool, signal }: KillOptions): Promise<Kill> {
  const wanted = MOMENTS[n % MOMENTS.length];
  for (const since = Date.now(); ; await sleep(4, undefined, { signal })) {
    const busy = await runsMidNode(pool).catch(() => []);
    const target = busy.find((b) => b.moment === wanted) ?? (Date.now() - since > 1_200 ? busy[0] : undefined);
    if (!target) continue;
    const at = new Date();
    if (!sigkill(target.pid)) continue;
    return { victim: 'worker', pid: target.pid, at, moment: target.doing, runIds: on(busy, target.pid) };
  }
}

/** Kills another part of the stack with SIGKILL while runs are inside nodes. Undefined when that part is not ours to kill. */
export async function killOther(
  victim: Exclude<Victim, 'worker'>,
  { pool, signal, pidOf }: KillOptions,
): Promise<Kill | undefined> {
  const pid = await pidOf(victim);
  if (pid === undefined) return undefined;
  for (;;) {
    const busy = await runsMidNode(pool).catch(() => []);
    if (busy.length > 0) {
      const at = new Date();
      sigkill(pid);
      const runIds = busy.map((b) => b.runId);
      return {
        victim,
        pid,
        at,
        moment: `with ${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'} inside a node`,
        runIds,
      };
    }
    await sleep(4, undefined, { signal });
  }
}

const on = (busy: readonly Busy[], pid: number): string[] => busy.filter((b) => b.pid === pid).map((b) => b.runId);

function sigkill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // its successor will do
  }
}
