/** Kills who is in the middle of something, at moments of its choosing. */
import type { Pool } from '../../src/db/pool.js';
import { pause } from '../support/scenario-tools.js';
import { whoIsAtWork } from './at-work.js';
import type { Random } from './random.js';
import { sigkill, type Workers } from './workers.js';

export interface KillerOptions {
  kills: number;
  pool: Pool;
  workers: Workers;
  random: Random;
  /** After each kill. */
  killed(what: string): Promise<void>;
  /** Ends it early. */
  signal: AbortSignal;
}

/** Of so many kills one is a supervisor's, of so many of those one takes its children along. */
const SUPERVISOR_EVERY = 15;
const MACHINE_EVERY = 3;
const LONGEST_PAUSE_MS = 1_500;
/** From seeing work to the kill: at most this. */
const LONGEST_AIM_MS = 25;
/** With work to disturb there is always a next chance; else something hangs. */
const CHANCE_WITHIN_MS = 180_000;

export async function killAtRandom(options: KillerOptions): Promise<void> {
  const { kills, workers, random, killed, signal } = options;
  for (let n = 1; n <= kills && !signal.aborted; n++) {
    await pause(random.below(LONGEST_PAUSE_MS));
    const machine = n % (SUPERVISOR_EVERY * MACHINE_EVERY) === 0;
    const aim = random.below(LONGEST_AIM_MS);
    const chosen = random.next();
    const victim = await findVictim(options, chosen);
    if (victim === undefined) return;
    await pause(aim);
    if (n % SUPERVISOR_EVERY === 0) {
      workers.killSupervisor(machine);
      await killed(machine ? 'supervisors with all children' : 'supervisors');
    } else {
      sigkill(victim);
      await killed('workers');
    }
  }
}

/** A child at work, while another one is there to go on; undefined when the campaign ends. */
async function findVictim({ pool, workers, signal }: KillerOptions, chosen: number): Promise<number | undefined> {
  const deadline = Date.now() + CHANCE_WITHIN_MS;
  while (!signal.aborted) {
    if (Date.now() > deadline) throw new Error(`no worker could be killed for ${CHANCE_WITHIN_MS / 1000} s`);
    const children = workers.children();
    if (children.length > 1) {
      const { pids, spare } = await whoIsAtWork(pool);
      const candidates = spare ? [] : children.filter((pid) => pids.includes(pid));
      if (candidates.length > 0) return candidates[Math.floor(chosen * candidates.length)];
    }
    await pause(5);
  }
  return undefined;
}
