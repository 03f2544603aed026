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
  await main(parseOptions(process.argv.slice(2)));
  process.exit(0);
} catch (e) {
  console.error(e);
  console.error(USAGE);
  process.exit(1);
}

async function main({ cases, samples, json }: BenchOptions): Promise<void> {
  installRuntime(createLogger({ level: 'error', pretty: true }));
  const stack = await openStack(process.env);
  const rows: Row[] = [];
  try {
    const lab = await openLab(stack);
    for (const { name, run, samples: usual } of cases) {
      console.error(`measuring ${name}`);
      rows.push(...(await run(lab, samples ?? usual)));
      if (json) await writeFile(json, `${JSON.stringify(rows, null, 2)}\n`);
    }
    await lab.close();
  } finally {
    await stack.stop();
  }
  console.log(renderRows(rows));
  console.log(`\n${machine()}`);
}
