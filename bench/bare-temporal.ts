/** Temporal without Holdfast, on the same server and with the same tuning. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { connectTemporal, type TemporalConnection, type TemporalSettings } from '../src/temporal/connection.js';
import { connectNative } from '../src/temporal/native-connection.js';
import { workerTuning } from '../src/temporal/worker-options.js';
import { createBareActivities } from './bare-activities.js';

export interface BareTemporal {
  connection: TemporalConnection;
  bundlePath: string;
  /** A workflow of so many activities that do nothing, from start to result. */
  noops(times: number): Promise<void>;
  /** Starts a workflow with an update; its activity says `entered(id)`. Resolves when the update is taken. */
  answer(id: string): Promise<void>;
  /** On another task queue: a workflow of one activity that has to be killed once. */
  startWorking(taskQueue: string, marks: string): Promise<WorkflowHandle>;
  close(): Promise<void>;
}

export async function openBareTemporal(
  settings: TemporalSettings,
  entered: (id: string) => void,
): Promise<BareTemporal> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const bundlePath = join(dir, 'bundle.js');
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows/index.js', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  await writeFile(bundlePath, code);

  const taskQueue = `bare-${randomUUID()}`;
  const native = await connectNative(settings);
  const worker = await Worker.create({
    ...workerTuning(),
    connection: native,
    namespace: settings.namespace,
    taskQueue,
    activities: createBareActivities(entered),
    workflowBundle: { codePath: bundlePath },
  });
  const running = worker.run();
  const connection = await connectTemporal(settings);
  const { workflow } = connection.client;

  return {
    connection,
    bundlePath,
    async noops(times) {
      await workflow.execute('noops', { taskQueue, workflowId: randomUUID(), args: [times] });
    },
    async answer(id) {
      const startWorkflowOperation = new WithStartWorkflowOperation('answered', {
        taskQueue,
        workflowId: id,
        workflowIdConflictPolicy: 'USE_EXISTING',
        args: [],
      });
      await workflow.executeUpdateWithStart('answer', { args: ['yes'], startWorkflowOperation });
    },
    startWorking: (queue, marks) =>
      workflow.start('working', { taskQueue: queue, workflowId: randomUUID(), args: [marks] }),
    async close() {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
      await rm(dir, { recursive: true });
    },
  };
}
