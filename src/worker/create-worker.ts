import { Worker, type NativeConnection } from '@temporalio/worker';
import { workflowBundlePath } from '../temporal/bundle.js';
import { workerTuning, type WorkerTuning } from '../temporal/worker-options.js';
import { activityHeartbeats } from './activity-heartbeat.js';

export interface ActivityWorkerDeps {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: object;
  tuning?: WorkerTuning;
  /** Default: the package's own workflows. */
  bundlePath?: string;
}

/** A Temporal worker with our tuning, for given activities. */
export function createActivityWorker(deps: ActivityWorkerDeps): Promise<Worker> {
  const { connection, namespace, taskQueue, activities, tuning, bundlePath = workflowBundlePath() } = deps;
  return Worker.create({
    ...workerTuning(tuning),
    connection,
    namespace,
    taskQueue,
    activities,
    workflowBundle: { codePath: bundlePath },
    interceptors: { activity: [activityHeartbeats] },
  });
}
