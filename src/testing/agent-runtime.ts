import type { AgentDefinition } from '../agent/definition.js';
import { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import { createClient, type HoldfastClient } from '../client/index.js';
import { migrate } from '../db/migrate.js';
import { createPool } from '../db/pool.js';
import { createLogger, type Logger } from '../telemetry/log.js';
import { startWorker } from '../worker/start-worker.js';
import { startEphemeralStack } from './ephemeral-stack.js';

export interface AgentRuntime {
  client: HoldfastClient;
  databaseUrl: string;
  /** Ends worker and servers and removes their data. */
  stop(): Promise<void>;
}

/** An ephemeral stack, a worker in this process that serves `agents`, and a client: what an agent's test needs. 2 s to start. */
export async function startAgentRuntime(
  agents: AgentDefinition[],
  options: { log?: Logger } = {},
): Promise<AgentRuntime> {
  const { log = createLogger({ level: 'warn', pretty: false }) } = options;
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const stack = await startEphemeralStack({ log });
    closers.push(stack.stop);
    const { databaseUrl, temporalAddress: address, namespace } = stack;
    await prepareDatabase(databaseUrl);
    const temporal = { address, namespace };
    const worker = await startWorker({ agents, databaseUrl, temporal, log });
    closers.push(() => worker.close());
    const client = createClient({ databaseUrl, temporal });
    closers.push(() => client.close());
    return { client, databaseUrl, stop };
  } catch (e) {
    await stop();
    throw e;
  }
}

async function prepareDatabase(databaseUrl: string): Promise<void> {
  const pool = createPool(databaseUrl, { max: 2, name: 'holdfast-setup' });
  try {
    await migrate(pool);
    await new PostgresCheckpointer(pool).setup();
  } finally {
    await pool.end();
  }
}
