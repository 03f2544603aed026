/** The real runtime for a test file: a database of its own on the shared servers, a worker in this process, a client. */
import { randomUUID } from 'node:crypto';
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import type { AgentDefinition } from '../../src/agent/definition.js';
import { createClient, type HoldfastClient, type Run, type StartOptions } from '../../src/client/index.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { createLogger } from '../../src/telemetry/log.js';
import { startWorker, type RunningWorker } from '../../src/worker/start-worker.js';
import { createTestDatabase, sharedStack } from './stack.js';

export interface TestRuntime {
  client: HoldfastClient;
  pool: Pool;
  databaseUrl: string;
  /** Starts a run and waits until it is settled. */
  run(agent: string, input: unknown, options?: StartOptions): Promise<Run>;
  worker(): Promise<RunningWorker>;
  close(): Promise<void>;
}

export async function startRuntime(agents: AgentDefinition[]): Promise<TestRuntime> {
  const { temporalAddress, namespace } = sharedStack();
  const database = await createTestDatabase();
  const temporal = { address: temporalAddress, namespace };
  const pool = createPool(database.url, { max: 5 });
  await migrate(pool);
  await new PostgresCheckpointer(pool).setup();
  const log = createLogger({ level: 'error', pretty: false });
  const taskQueue = `test-${randomUUID()}`;
  const worker = () => startWorker({ agents, databaseUrl: database.url, temporal, log, taskQueue });
  const first = await worker();
  const client = createClient({ databaseUrl: database.url, temporal });
  return {
    client,
    pool,
    databaseUrl: database.url,
    worker,
    run: async (agent, input, options) => {
      const { runId } = await client.runs.start(agent, input, options);
      return client.runs.wait(runId, { timeoutMs: 30_000 });
    },
    close: async () => {
      await first.close();
      await client.close();
      await pool.end();
      await database.drop();
    },
  };
}
