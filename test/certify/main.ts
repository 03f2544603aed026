/**
 * The certificate: scenarios on real workers that are killed at random, each compared with plain LangGraph. `npm run certify`.
 * Needs nothing outside this folder and leaves nothing behind.
 */
import { messageOf } from '../../src/errors.js';
import { certify } from './certify.js';
import { parseOptions, USAGE, type Options } from './options.js';

const options = optionsOrExit();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
try {
  const passed = await certify(options, stop.signal, (line) => console.log(line));
  process.exit(passed ? 0 : 1);
} catch (e) {
  console.error(stop.signal.aborted ? 'interrupted; everything that was started has been ended' : e);
  process.exit(stop.signal.aborted ? 130 : 1);
}

function optionsOrExit(): Options {
  try {
    const parsed = parseOptions(process.argv.slice(2));
    if (parsed !== 'help') return parsed;
    console.log(USAGE);
    process.exit(0);
  } catch (e) {
    console.error(`${messageOf(e)}\n\n${USAGE}`);
    process.exit(2);
  }
}
