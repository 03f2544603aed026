import { parseArgs } from 'node:util';

export interface Options {
  kills: number;
  /** Of everything the campaign chooses: which scenario, which victim, when. The machine's own timing stays its own. */
  seed: number;
  workers: number;
  /** Courses that go on at the same time. */
  atOnce: number;
  /** Only these scenarios; empty: all. */
  only: string[];
}

export const USAGE = `usage: npm run certify -- [--quick] [--kills N] [--seed N] [--workers N] [--at-once N] [--only SCENARIO]...

Runs the scenarios of the differential suite on real workers that are killed at random, until N kills (default 500; 50 with --quick),
and compares each with plain LangGraph. Exits with 1 when one differs or gets stuck.`;

/** @throws with a message for the user */
export function parseOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      kills: { type: 'string' },
      seed: { type: 'string' },
      workers: { type: 'string' },
      'at-once': { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    kills: count('--kills', values.kills, values.quick ? 50 : 500),
    seed: count('--seed', values.seed, Math.floor(Math.random() * 2 ** 31)),
    workers: count('--workers', values.workers, 3),
    atOnce: count('--at-once', values['at-once'], 6),
    only: values.only,
  };
}

function count(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (!/^\d+$/.test(given)) throw new Error(`${name} takes a whole number, not "${given}"`);
  return Number(given);
}
