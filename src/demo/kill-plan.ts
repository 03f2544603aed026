import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '../db/pool.js';
import { isAlive } from '../local/process-table.js';
import { killOther, killWorker, type Kill, type KillOptions, type Victim } from './kills.js';
import { outageOf } from './recovery.js';
import type { Ticket } from './serve.js';

/** Who is killed, in this order, spread over the requests. */
export function killPlan(kill: 'workers' | 'all', requests: number): Victim[] {
  if (kill === 'all') return ['worker', 'postgres', 'worker', 'temporal', 'worker', 'supervisor'];
  return Array.from({ length: requests < 20 ? 3 : 5 }, () => 'worker' as const);
}

export interface PlanOptions extends KillOptions {
  plan: readonly Victim[];
  tickets: readonly Ticket[];
  onKill(kill: Kill): void;
}

/** Carries the plan out while the requests are served. Stops early when they are all done. */
export async function carryOut({ plan, tickets, onKill, ...options }: PlanOptions): Promise<void> {
  let workersKilled = 0;
  for (const [i, victim] of plan.entries()) {
    await momentFor(i, plan.length, tickets, options);
    const kill = victim === 'worker' ? await killWorker(workersKilled++, options) : await killOther(victim, options);
    if (!kill) continue;
    onKill(kill);
    if (victim !== 'worker') await workGoesOn(kill, options);
  }
}

/** Evenly over the requests; and when two workers are up again, unless the requests would run out first. */
async function momentFor(i: number, kills: number, tickets: readonly Ticket[], options: KillOptions): Promise<void> {
  const enough = Math.floor(((i + 1) * tickets.length) / (kills + 2));
  for (;;) {
    const done = tickets.filter((t) => t.state === 'done' || t.state === 'failed').length;
    const hurry = tickets.length - done <= 2 * (kills - i);
    if (done >= enough && (hurry || (await workersUp(options.pool)) >= 2)) return;
    await sleep(20, undefined, { signal: options.signal });
  }
}

async function workersUp(pool: Pool): Promise<number> {
  const sql = 'SELECT pid FROM holdfast.workers WHERE stopped_at IS NULL';
  const found = await pool.query<{ pid: number }>(sql).catch(() => undefined);
  return found?.rows.filter(({ pid }) => isAlive(pid)).length ?? 0;
}

async function workGoesOn(kill: Kill, { pool, signal }: KillOptions): Promise<void> {
  while ((await outageOf(pool, kill).catch(() => undefined)) === undefined) await sleep(50, undefined, { signal });
}
