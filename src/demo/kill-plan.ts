import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '../db/pool.js';
import { isAlive } from '../local/process-table.js';
import { killOther, killWorker, type Kill, type KillOptions, type Victim } from './kills.js';
import { effectOf, outageOf } from './recovery.js';
import type { Ticket } from './serve.js';

/** Who is killed, in this order, spread over the requests. */
export function victimsOf(kill: 'workers' | 'all', requests: number): Victim[] {
  if (kill === 'all') return ['worker', 'postgres', 'worker', 'temporal', 'worker', 'supervisor'];
  return Array.from({ length: requests < 20 ? 3 : 5 }, () => 'worker' as const);
}

/** Fewer would not be a demonstration. */
export const leastKills = (kill: 'workers' | 'all'): number => (kill === 'all' ? 6 : 3);

export interface PlanOptions extends KillOptions {
  victims: readonly Victim[];
  tickets: readonly Ticket[];
  onKill(kill: Kill): void;
  /** A worker was killed, and its node had ended a moment before. */
  onMiss(kill: Kill): void;
}

export interface KillPlan {
  /** Kills along the requests; returns when all have been killed. */
  carryOut(): Promise<void>;
  /** Lets a request begin. Towards the end one waits for the other, so that some are left for each kill that is left. */
  admit(ticket: Ticket): Promise<void>;
}

export function createKillPlan({ victims, tickets, onKill, onMiss, ...options }: PlanOptions): KillPlan {
  const { pool, signal } = options;
  let left = victims.length;
  const killed = new Set<number>();
  let door = Promise.resolve();
  const count = (...states: Ticket['state'][]): number => tickets.filter((t) => states.includes(t.state)).length;
  const allUp = async (): Promise<boolean> => (await workersUp(pool, killed)) >= 2;
  const until = async (ready: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await ready())) await sleep(20, undefined, { signal });
  };
  const answered = async <T>(ask: () => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const answer = await ask().catch(() => undefined); // the database may be what was killed
      if (answer !== undefined) return answer;
      await sleep(20, undefined, { signal });
    }
  };

  const killOneWorker = async (n: number): Promise<boolean> => {
    const kill = await killWorker(n, options);
    killed.add(kill.pid);
    const effect = await answered(() => effectOf(pool, kill));
    (effect === 'hit' ? onKill : onMiss)(kill);
    return effect === 'hit';
  };
  const killPart = async (victim: Exclude<Victim, 'worker'>): Promise<boolean> => {
    const kill = await killOther(victim, options);
    if (kill) {
      onKill(kill);
      await answered(() => outageOf(pool, kill));
    }
    return true;
  };

  return {
    async carryOut() {
      let tries = 0;
      for (const [i, victim] of victims.entries()) {
        const enough = Math.floor(((i + 1) * tickets.length) / (victims.length + 2));
        await until(async () => count('done', 'failed') >= enough && (await allUp()));
        while (!(await (victim === 'worker' ? killOneWorker(tries++) : killPart(victim)))) await until(allUp);
        left -= 1;
      }
    },
    admit(ticket) {
      const oneByOne = (): boolean => left > 0 && count('queued') <= 2 * left;
      door = door.then(async () => {
        await until(async () => !oneByOne() || (count('running', 'asking') === 0 && (await allUp())));
        ticket.state = 'running';
      });
      return door;
    },
  };
}

/** A process that was killed a moment ago may not look dead yet. */
async function workersUp(pool: Pool, killed: ReadonlySet<number>): Promise<number> {
  const sql = 'SELECT pid FROM holdfast.workers WHERE stopped_at IS NULL';
  const found = await pool.query<{ pid: number }>(sql).catch(() => undefined);
  return found?.rows.filter(({ pid }) => !killed.has(pid) && isAlive(pid)).length ?? 0;
}
