/** Everything that the cases compare, open in one process: our worker and client, plain LangGraph, and bare Temporal. */
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { defineAgent } from '../src/agent/define-agent.js';
import { PostgresCheckpointer } from '../src/checkpoint/checkpointer.js';
import { createClient, type HoldfastClient, type Run } from '../src/client/index.js';
import { migrate } from '../src/db/migrate.js';
import { createPool } from '../src/db/pool.js';
import { createLogger, type Logger } from '../src/telemetry/log.js';
import type { TemporalSettings } from '../src/temporal/connection.js';
import { startWorker } from '../src/worker/start-worker.js';
import { openBareTemporal, type BareTemporal } from './bare-temporal.js';
import { compileGraphs, type GraphName } from './graphs.js';
import type { BenchStack } from './stack.js';

/** `slice: 0` ends the activity after every superstep, `default` is what an agent gets that says nothing. */
export type Slicing = 'default' | 'slice: 0';

export interface OursOptions {
  threadId?: string;
  slicing?: Slicing;
  /** Supersteps that it may take. */
  limit?: number;
}

export interface Lab {
  databaseUrl: string;
  temporal: TemporalSettings;
  client: HoldfastClient;
  /** Starts a run and waits for its end. */
  ours(graph: GraphName, input: object, options?: OursOptions): Promise<Run>;
  /** Plain LangGraph with its own PostgresSaver, durability 'sync'. */
  plain(graph: 'tiny' | 'chat', input: object, options?: { threadId?: string; limit?: number }): Promise<void>;
  plainState(graph: 'tiny' | 'chat', threadId: string): Promise<unknown>;
  bare: BareTemporal;
  /** When code of the node, or of the bare activity, of this thread (workflow) is next entered: ms since 1970. */
  entered(id: string): Promise<number>;
  log: Logger;
  close(): Promise<void>;
}

export async function openLab({ databaseUrl, temporal }: BenchStack): Promise<Lab> {
  const log = createLogger({ level: 'error', pretty: true });
  const pool = createPool(databaseUrl, { max: 2, name: 'holdfast-bench' });
  await migrate(pool);
  await new PostgresCheckpointer(pool).setup();
  await pool.end();

  const entries = new EventEmitter();
  const enter = (id: string) => void entries.emit(id, performance.timeOrigin + performance.now());
  const graphs = compileGraphs(undefined, enter);
  const agents = Object.entries(graphs).flatMap(([name, graph]) => [
    defineAgent({ name, graph: graph as never }),
    defineAgent({ name: `${name}-0`, graph: graph as never, slice: 0 }),
  ]);
  const worker = await startWorker({ agents, databaseUrl, temporal, log, taskQueue: `bench-${randomUUID()}` });
  const client = createClient({ databaseUrl, temporal });
  const bare = await openBareTemporal(temporal, enter);
  const stock = PostgresSaver.fromConnString(databaseUrl);
  const plainGraphs = compileGraphs(stock);

  return {
    databaseUrl,
    temporal,
    client,
    bare,
    log,
    async ours(graph, input, { threadId, slicing = 'default', limit = 25 } = {}) {
      const started = await client.runs.start(slicing === 'default' ? graph : `${graph}-0`, input, {
        ...(threadId === undefined ? {} : { threadId }),
        options: { recursionLimit: limit },
      });
      const run = await client.runs.wait(started.runId);
      if (run.status === 'success' || run.status === 'interrupted') return run;
      throw new Error(`the run of ${graph} ended as ${run.status}: ${JSON.stringify(run.error)}`);
    },
    async plain(graph, input, { threadId = randomUUID(), limit = 25 } = {}) {
      await plainGraphs[graph].invoke(input as never, {
        configurable: { thread_id: threadId },
        durability: 'sync',
        recursionLimit: limit,
      });
    },
    plainState: (graph, threadId) => plainGraphs[graph].getState({ configurable: { thread_id: threadId } }),
    entered: async (id) => {
      const [at] = (await once(entries, id)) as [number];
      return at;
    },
    async close() {
      await client.close();
      await worker.close();
      await bare.close();
      await stock.end();
    },
  };
}
