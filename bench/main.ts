/** Measures Holdfast beside what one would use instead, on the same servers and in one run. */
import { writeFile } from 'node:fs/promises';
import { createLogger } from '../src/telemetry/log.js';
import { installRuntime } from '../src/temporal/runtime.js';
import { openLab } from './lab.js';
import { machine } from './machine.js';
import { parseOptions, USAGE, type BenchOptions } from './options.js';
import { renderRows, type Row } from './row.js';
import { openStack } from './stack.js';

try {
  process.exit(await main(parseOptions(process.argv.slice(2))));
} catch (e) {
  console.error(e);
  console.error(USAGE);
  process.exit(1);
}

/** @returns 1 when a case could not be measured. That a goal is not reached is no failure of the run. */
async function main({ cases, samples, json }: BenchOptions): Promise<number> {
  installRuntime(createLogger({ level: 'error', pretty: true }));
  const stack = await openStack(process.env);
  const rows: Row[] = [];
  let exitCode = 0;
  try {
    const lab = await openLab(stack);
    for (const { name, run, samples: usual } of cases) {
      console.error(`measuring ${name}`);
      try {
        rows.push(...(await run(lab, samples ?? usual)));
      } catch (e) {
        console.error(e);
        exitCode = 1;
      }
      if (json) await writeFile(json, `${JSON.stringify(rows, null, 2)}\n`);
    }
    await lab.close();
  } finally {
    await stack.stop();
  }
  console.log(renderRows(rows));
  console.log(`\n${machine()}`);
  return exitCode;
}
