import { randomUUID } from 'node:crypto';
import type { AgentDefinition } from '../agent/definition.js';
import { assertSchema } from '../db/migrate.js';
import { createPool } from '../db/pool.js';
import { selfTest } from '../graph/self-test.js';
import type { Logger } from '../telemetry/log.js';
import type { TemporalSettings } from '../temporal/connection.js';
import { DEFAULT_TASK_QUEUE } from '../temporal/names.js';
import { connectNative } from '../temporal/native-connection.js';
import { installRuntime } from '../temporal/runtime.js';
import type { WorkerTuning } from '../temporal/worker-options.js';
import { createActivities, createActivityWorker } from './create-worker.js';
import { createInProcessHost } from './in-process-host.js';
import { registrationOf } from './load-work.js';
import { keepWorkerRows } from './worker-rows.js';

export interface StartWorkerOptions {
  agents: AgentDefinition[];
  databaseUrl: string;
  temporal: TemporalSettings;
  log: Logger;
  taskQueue?: string;
  /** Schema of LangGraph's tables. Default `public`. */
  schema?: string;
  tuning?: WorkerTuning;
}

export interface RunningWorker {
  readonly workerId: string;
  readonly taskQueue: string;
  /** Takes no more work, ends slices at their next commit, and resolves when all have. */
  close(): Promise<void>;
}

/**
 * A worker in this process, without a supervisor: for tests, and for who runs workers in a process of their own. A node that blocks
 * the event loop here stops the heartbeat too; `holdfast worker` does better.
 * @throws POSTGRES_UNREACHABLE, SCHEMA_MISSING, SCHEMA_NEWER, TEMPORAL_UNREACHABLE, LANGGRAPH_UNSUPPORTED
 */
export async function startWorker(options: StartWorkerOptions): Promise<RunningWorker> {
  const { agents, databaseUrl, temporal, log, taskQueue = DEFAULT_TASK_QUEUE, schema = 'public' } = options;
  await selfTest();
  installRuntime(log);
  const pool = createPool(databaseUrl, { name: 'holdfast-worker' });
  const closers = [() => pool.end()];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    await assertSchema(pool);
    const workerId = randomUUID();
    const connection = await connectNative(temporal);
    closers.push(() => connection.close());
    const host = createInProcessHost({ pool, databaseUrl, log }, workerId);
    closers.push(() => host.close());
    const byName = new Map(agents.map((agent) => [agent.name, agent]));
    const worker = await createActivityWorker({
      connection,
      namespace: temporal.namespace,
      taskQueue,
      activities: createActivities({ agents: byName, pool, schema, host }),
      ...(options.tuning ? { tuning: options.tuning } : {}),
    });
    const running = worker.run();
    closers.push(async () => {
      host.drain();
      worker.shutdown();
      await running;
    });
    const rows = keepWorkerRows({ pool, log, taskQueue, answering: () => [workerId] });
    closers.push(async () => {
      rows.stopped(workerId);
      await rows.close();
    });
    const registrations = await Promise.all(agents.map((agent) => registrationOf(agent, taskQueue)));
    await rows.started({ workerId, pid: process.pid, agents: registrations });
    return { workerId, taskQueue, close };
  } catch (e) {
    await close();
    throw e;
  }
}
