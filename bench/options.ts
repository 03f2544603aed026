import { parseArgs } from 'node:util';
import { CASES } from './cases/index.js';
import type { Case } from './cases/case.js';

export interface BenchOptions {
  cases: readonly Case[];
  /** Of each way; default: the case's own. */
  samples: number | undefined;
  /** Where to write the rows. */
  json: string | undefined;
}

export const USAGE = `npm run bench -- [--json FILE] [--only ${CASES.map(({ name }) => name).join(',')}] [--samples N]`;

export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'string' }, only: { type: 'string' }, samples: { type: 'string' } },
  });
  const samples = values.samples === undefined ? undefined : Number(values.samples);
  if (samples !== undefined && !(Number.isInteger(samples) && samples > 0)) throw new Error('--samples: not a count');
  const names = values.only?.split(',') ?? CASES.map(({ name }) => name);
  const cases = names.map((name) => {
    const found = CASES.find((one) => one.name === name);
    if (!found) throw new Error(`--only: there is no case "${name}"`);
    return found;
  });
  return { cases, samples, json: values.json };
}
