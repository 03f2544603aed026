import { Worker, type NativeConnection } from '@temporalio/worker';
import { createSliceActivity } from '../../activities/slice.js';
import type { AgentDefinition } from '../agent/definition.js';
import { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import type { Pool } from '../db/pool.js';
import { workflowBundlePath } from '../temporal/bundle.js';
import { ACTIVITIES } from '../temporal/names.js';
import { workerTuning, type WorkerTuning } from '../temporal/worker-options.js';
import { activityHeartbeats } from './activity-heartbeat.js';
import type { AttemptHost } from './attempt-host.js';

export interface ActivityDeps {
  agents: ReadonlyMap<string, AgentDefinition>;
  pool: Pool;
  /** The schema of LangGraph's own tables. Default `public`. */
  schema?: string;
  host: AttemptHost;
}

/** Every activity of ours, by its persisted name. */
export function createActivities({ agents, pool, schema, host }: ActivityDeps) {
  const checkpointer = new PostgresCheckpointer(pool, { schema });
  return {
    [ACTIVITIES.slice]: createSliceActivity({ pool, checkpointer, agents }, host),
    [ACTIVITIES.noop]: () => Promise.resolve(),
  };
}

export interface ActivityWorkerDeps {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: object;
  /** As Temporal shows it. Default: Temporal's own, process and host. */
  identity?: string;
  tuning?: WorkerTuning;
  /** Default: the package's own workflows. */
  bundlePath?: string;
}

/** A Temporal worker with our tuning, for given activities. */
export function createActivityWorker(deps: ActivityWorkerDeps): Promise<Worker> {
  const { connection, namespace, taskQueue, activities, identity, tuning, bundlePath = workflowBundlePath() } = deps;
  return Worker.create({
    ...workerTuning(tuning),
    connection,
    namespace,
    taskQueue,
    activities,
    ...(identity ? { identity } : {}),
    workflowBundle: { codePath: bundlePath },
    interceptors: { activity: [activityHeartbeats] },
  });
}
