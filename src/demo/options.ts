import { parseArgs } from 'node:util';
import { HoldfastError, messageOf } from '../errors.js';

export interface DemoOptions {
  /** How many of the requests. */
  requests: number;
  workers: number;
  /** `all`: the supervisor, PostgreSQL and Temporal are killed as well. */
  kill: 'workers' | 'all';
  /** Leave the stack up at the end. */
  keep: boolean;
  /** Write the figures there. */
  json: string | undefined;
  help: boolean;
}

export const USAGE = `npm run demo -- [options]

  --requests N        how many customer requests (default: all)
  --workers N         worker processes (default 2)
  --kill workers|all  what is killed: workers, or also the supervisor, PostgreSQL and Temporal (default workers)
  --json FILE         write the figures to a file
  --keep              leave the stack up at the end and say where it is`;

/** @throws USAGE */
export function readOptions(args: readonly string[], all: number): DemoOptions {
  const { requests, workers, kill, keep, json, help } = parse(args);
  if (kill !== 'workers' && kill !== 'all') throw usage(`--kill ${kill}: expected workers or all`);
  return {
    requests: whole('--requests', requests ?? String(all), 4, all),
    workers: whole('--workers', workers, 2, 8),
    kill,
    keep,
    json,
    help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        requests: { type: 'string' },
        workers: { type: 'string', default: '2' },
        kill: { type: 'string', default: 'workers' },
        keep: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (e) {
    throw usage(messageOf(e));
  }
}

function whole(option: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw usage(`${option} ${text}: expected a number from ${from} to ${to}`);
}

const usage = (message: string): HoldfastError =>
  new HoldfastError('USAGE', message, { next: 'see npm run demo -- --help' });
