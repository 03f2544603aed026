import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { modelName } from '../../examples/shop/model.js';
import { requests } from '../../examples/shop/requests.js';
import { readProjectFile } from '../agent/langgraph-json.js';
import { projectEnv } from '../agent/load-project.js';
import { isHoldfastError, messageOf } from '../errors.js';
import { runDemo } from './demo.js';
import { readOptions, USAGE } from './options.js';
import { createProgress } from './progress.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
}

try {
  const options = readOptions(process.argv.slice(2), requests.length);
  if (options.help) console.log(USAGE);
  else process.exitCode = (await demo(options)) ? 0 : 1;
} catch (e) {
  console.error(`demo: ${messageOf(stopping.signal.aborted ? stopping.signal.reason : e)}`);
  if (isHoldfastError(e) && e.next) console.error(e.next);
  process.exitCode = stopping.signal.aborted ? 130 : isHoldfastError(e, 'USAGE') ? 2 : 1;
}

async function demo(options: ReturnType<typeof readOptions>): Promise<boolean> {
  const { stdout } = process;
  const examples = join(root, 'examples');
  return runDemo({
    options,
    examples,
    cli: join(root, 'dist', 'src', 'cli', 'main.js'),
    // As the workers will see it: langgraph.json may name an .env.
    model: modelName(projectEnv(readProjectFile(examples))),
    progress: createProgress(stdout),
    style: { color: stdout.isTTY, width: stdout.isTTY ? stdout.columns : 0 },
    signal: stopping.signal,
  });
}
