/** A database, agents that can be found, and a log of what ran: what crash tests begin with. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import type { AgentDefinition } from '../../src/agent/definition.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { createLogger } from '../../src/telemetry/log.js';
import { keepWorkerRows } from '../../src/worker/worker-rows.js';
import { temporaryDirectory } from '../support/scenario-tools.js';
import { createSideEffects, type SideEffects } from '../support/side-effects.js';
import { createTestDatabase } from '../support/stack.js';
import { inLiveProcess } from './mortal-pool.js';

export interface CrashLab {
  pool: Pool;
  checkpointer: PostgresCheckpointer;
  effects: SideEffects;
  workerId: string;
  /** Makes runs of these agents acceptable: something "serves" them. */
  serve(agents: AgentDefinition[]): Promise<void>;
  /** Tasks of a thread whose results are durable, over all namespaces. */
  savedTasks(threadId: string): Promise<Set<string>>;
  close(): Promise<void>;
}

export async function openCrashLab(): Promise<CrashLab> {
  const database = await createTestDatabase();
  const pool = createPool(database.url, { max: 16 });
  await migrate(pool);
  const checkpointer = new PostgresCheckpointer(pool);
  await checkpointer.setup();
  const directory = temporaryDirectory();
  const workerId = randomUUID();
  const taskQueue = `crash-${workerId}`;
  const serving: string[] = [];
  const log = createLogger({ level: 'error', pretty: false });
  const rows = keepWorkerRows({ pool, log, taskQueue, answering: () => serving });
  return {
    pool,
    checkpointer,
    workerId,
    effects: createSideEffects(directory, inLiveProcess),
    serve: async (agents) => {
      const serves = randomUUID();
      const registrations = agents.map(({ name, version }) => {
        return { name, version, owner: null, taskQueue, topologyHash: version, definition: {} };
      });
      await rows.started({ workerId: serves, pid: process.pid, agents: registrations });
      serving.push(serves);
    },
    async savedTasks(threadId) {
      const { rows: saved } = await pool.query<{ task: string }>(
        'SELECT DISTINCT task_id AS task FROM checkpoint_writes WHERE thread_id = $1 AND idx >= 0',
        [threadId],
      );
      return new Set(saved.map(({ task }) => task));
    },
    async close() {
      await rows.close();
      await pool.end();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
