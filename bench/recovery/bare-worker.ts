/** A plain Temporal worker in a process of its own, to be killed. Its argument is a BareWorkerSpec. */
import { Worker } from '@temporalio/worker';
import { createLogger } from '../../src/telemetry/log.js';
import { connectNative } from '../../src/temporal/native-connection.js';
import type { TemporalSettings } from '../../src/temporal/connection.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { workerTuning } from '../../src/temporal/worker-options.js';
import { createBareActivities } from '../bare-activities.js';

export interface BareWorkerSpec {
  temporal: TemporalSettings;
  taskQueue: string;
  bundlePath: string;
}

const { temporal, taskQueue, bundlePath } = JSON.parse(process.argv[2] ?? '') as BareWorkerSpec;
installRuntime(createLogger({ level: 'error', pretty: false }));
const connection = await connectNative(temporal);
const worker = await Worker.create({
  ...workerTuning(),
  connection,
  namespace: temporal.namespace,
  taskQueue,
  activities: createBareActivities(),
  workflowBundle: { codePath: bundlePath },
});
process.once('disconnect', () => process.exit(0));
const running = worker.run();
process.send?.('ready');
await running;
