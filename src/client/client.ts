import { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import { createPool, type Pool } from '../db/pool.js';
import { liveWorkers, type WorkerRow } from '../runs/workers.js';
import { connectTemporal, type TemporalSettings } from '../temporal/connection.js';
import { agentsApi, type AgentsApi } from './agents.js';
import { runsApi, type RunsApi } from './runs.js';
import { createSettledFeed } from './settled-feed.js';
import { searchAttributesExist, threadStarter } from './thread-starter.js';
import { threadsApi, type ThreadsApi } from './threads.js';

export interface ClientOptions {
  databaseUrl: string;
  temporal: TemporalSettings;
  /** Schema of LangGraph's tables. Default `public`. */
  schema?: string;
  /** A pool to share; it is then not closed with the client. */
  pool?: Pool;
}

/** Starts, follows, answers and operates runs. Talks to Postgres and Temporal; holds no state of its own. */
export interface HoldfastClient {
  readonly runs: RunsApi;
  readonly threads: ThreadsApi;
  readonly agents: AgentsApi;
  readonly workers: { /** Those that live now. */ list(): Promise<WorkerRow[]> };
  readonly checkpointer: PostgresCheckpointer;
  close(): Promise<void>;
}

/** @throws TEMPORAL_UNREACHABLE within seconds; Postgres is first asked by the first call. */
export async function createClient(options: ClientOptions): Promise<HoldfastClient> {
  const pool = options.pool ?? createPool(options.databaseUrl, { name: 'holdfast-client' });
  const temporal = await connectTemporal(options.temporal).catch(async (e: unknown) => {
    if (!options.pool) await pool.end();
    throw e;
  });
  const checkpointer = new PostgresCheckpointer(pool, { schema: options.schema ?? 'public' });
  const settled = createSettledFeed(pool, options.databaseUrl);
  const visible = await searchAttributesExist(temporal, options.temporal.namespace);
  const starter = threadStarter(temporal.client, visible);
  const runs = runsApi({ pool, serde: checkpointer.serde, starter, settled });
  return {
    runs,
    threads: threadsApi({ pool, checkpointer, runs }),
    agents: agentsApi(pool),
    workers: { list: () => liveWorkers(pool) },
    checkpointer,
    close: async () => {
      await settled.close();
      await temporal.close();
      if (!options.pool) await pool.end();
    },
  };
}
