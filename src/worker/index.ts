export { startWorker, type RunningWorker, type StartWorkerOptions } from './start-worker.js';
export type { WorkerTuning } from '../temporal/worker-options.js';
export { createLogger, type LogSettings } from '../telemetry/log.js';
