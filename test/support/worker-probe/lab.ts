/** What a test file of worker processes needs: a database of its own, a client, the probe's bundle, and supervisors that end with their test. */
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll } from 'vitest';
import { migrate } from '../../../src/db/migrate.js';
import { createPool, type Pool } from '../../../src/db/pool.js';
import { liveWorkers } from '../../../src/runs/workers.js';
import { createTestDatabase, sharedStack, type TestDatabase } from '../stack.js';
import { until } from '../until.js';
import {
  bundleProbe,
  startProbe,
  startSupervisor,
  type ProbeRun,
  type ProbeSteps,
  type ProbeSupervisor,
} from './run.js';

/** A test's context, or whoever else ends what was started for it. */
export interface Owner {
  onTestFinished(end: () => Promise<void>): void;
}

export interface LabOptions {
  workers?: number;
  stuckAfterMs?: number;
  drainMs?: number;
  /** Instead of the probe's workflows: what the child makes of it. */
  config?: string;
  databaseUrl?: string;
  temporalAddress?: string;
}

/** Processes start slowly on a machine that tests something else as well. */
export const SLOW_START = { timeout: 120_000 };

export interface WorkerLab {
  pool(): Pool;
  client(): Client;
  supervise(owner: Owner, options?: LabOptions): ProbeSupervisor;
  /** The same, once its children take work. */
  working(owner: Owner, options?: LabOptions): Promise<ProbeSupervisor>;
  /** Starts a probe; it is terminated with its test. */
  probe(owner: Owner, supervisor: ProbeSupervisor, steps: ProbeSteps): Promise<ProbeRun>;
}

export function useWorkerLab(): WorkerLab {
  let made: { database: TestDatabase; pool: Pool; connection: Connection; client: Client; bundle: string } | undefined;
  const lab = () => {
    if (!made) throw new Error('the lab is open in tests only');
    return made;
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const pool = createPool(database.url, { max: 2 });
    await migrate(pool);
    const connection = await Connection.connect({ address: sharedStack().temporalAddress });
    const client = new Client({ connection, namespace: sharedStack().namespace });
    const bundle = await bundleProbe();
    made = { database, pool, connection, client, bundle };
  });
  afterAll(async () => {
    await lab().connection.close();
    await lab().pool.end();
    await lab().database.drop();
  });

  const supervise: WorkerLab['supervise'] = ({ onTestFinished }, options = {}) => {
    const {
      databaseUrl = lab().database.url,
      temporalAddress = sharedStack().temporalAddress,
      config,
      ...rest
    } = options;
    const stack = { databaseUrl, temporalAddress, namespace: sharedStack().namespace };
    const supervisor = startSupervisor(stack, config ?? lab().bundle, { workers: 2, ...rest });
    onTestFinished(async () => {
      supervisor.kill('SIGKILL');
      await supervisor.ended;
    });
    return supervisor;
  };

  return {
    pool: () => lab().pool,
    client: () => lab().client,
    supervise,
    async working(owner, options = {}) {
      const supervisor = supervise(owner, options);
      const { taskQueue } = supervisor;
      const all = async () => (await liveWorkers(lab().pool, { taskQueue })).length === (options.workers ?? 2);
      await until(all, 'all workers registered', 60_000).catch((e: unknown) => {
        throw new Error(`the supervisor said: ${supervisor.stderr()}`, { cause: e });
      });
      return supervisor;
    },
    async probe({ onTestFinished }, { taskQueue }, steps) {
      const run = await startProbe(lab().client, taskQueue, steps);
      onTestFinished(() => run.terminate());
      return run;
    },
  };
}
