/** `holdfast worker` with the probe as its child; its options come as JSON in argv. */
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../../src/telemetry/log.js';
import { isHoldfastError } from '../../../src/errors.js';
import { runSupervisor, type RunSupervisorOptions } from '../../../src/worker/run-supervisor.js';

const options = JSON.parse(process.argv[2] ?? '{}') as Omit<RunSupervisorOptions, 'log'>;
const childEntry = fileURLToPath(new URL('./child.js', import.meta.url));
const log = createLogger(options.init.log);
try {
  await runSupervisor({ ...options, log, childEntry });
  process.exit(0);
} catch (e) {
  process.send?.({ type: 'error', code: isHoldfastError(e) ? e.code : 'INTERNAL', message: String(e) });
  process.exit(1);
}
