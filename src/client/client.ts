import { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import { createPool, type Pool } from '../db/pool.js';
import { liveWorkers, type WorkerRow } from '../runs/workers.js';
import type { TemporalSettings } from '../temporal/connection.js';
import { agentsApi, type AgentsApi } from './agents.js';
import { runsApi, type RunsApi } from './runs.js';
import { createSettledFeed } from './settled-feed.js';
import { threadStarter } from './thread-starter.js';
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

/**
 * Connects when a call first needs to: what only reads works without Temporal. Calls reject with POSTGRES_UNREACHABLE or
 * TEMPORAL_UNREACHABLE within seconds.
 */
export function createClient(options: ClientOptions): HoldfastClient {
  const pool = options.pool ?? createPool(options.databaseUrl, { name: 'holdfast-client' });
  const checkpointer = new PostgresCheckpointer(pool, { schema: options.schema ?? 'public' });
  const settled = createSettledFeed(pool, options.databaseUrl);
  const starter = threadStarter(options.temporal);
  const runs = runsApi({ pool, serde: checkpointer.serde, starter, settled });
  return {
    runs,
    threads: threadsApi({ pool, checkpointer, runs }),
    agents: agentsApi(pool),
    workers: { list: () => liveWorkers(pool) },
    checkpointer,
    close: async () => {
      await settled.close();
      await starter.close();
      if (!options.pool) await pool.end();
    },
  };
}
