/** A database with LangGraph's and our tables, and attempts that claim threads in it: what checkpoint tests begin with. */
import { randomUUID } from 'node:crypto';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import { CheckpointSession, type SessionStart } from '../../src/checkpoint/session.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import type { Phase } from '../../src/runs/types.js';
import { createTestDatabase } from './stack.js';

export const phase = (attempt: number, seq = 1, era = 1): Phase => ({ era, seq, attempt });

export interface Lab {
  pool: Pool;
  checkpointer: PostgresCheckpointer;
  /** LangGraph's own saver on the same tables. */
  stock: PostgresSaver;
  newThread(): Promise<{ threadId: string; runId: string }>;
  newRun(threadId: string): Promise<string>;
  /** Claims the thread as a slice's attempt does; undefined when a later phase holds it. */
  claim(threadId: string, runId: string, at: Phase): Promise<SessionStart | undefined>;
  attempt(threadId: string, runId: string, at: Phase, more?: Partial<SessionStart>): Promise<CheckpointSession>;
  close(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const database = await createTestDatabase();
  const pool = createPool(database.url);
  await migrate(pool);
  const checkpointer = new PostgresCheckpointer(pool);
  await checkpointer.setup();

  const newRun = async (threadId: string) => {
    const runId = randomUUID();
    await pool.query(
      `INSERT INTO holdfast.runs (run_id, thread_id, agent, task_queue, kind, chain_id, multitask)
       VALUES ($1, $2, 'a', 'q', 'input', $1, 'enqueue')`,
      [runId, threadId],
    );
    return runId;
  };
  const claim: Lab['claim'] = async (threadId, runId, at) => {
    const { rows } = await pool.query<{ head: string | null; stop: number | null }>(
      `INSERT INTO holdfast.fences AS f (thread_id, era, seq, attempt, run_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (thread_id) DO UPDATE SET era = EXCLUDED.era, seq = EXCLUDED.seq, attempt = EXCLUDED.attempt, run_id = EXCLUDED.run_id,
         head = CASE WHEN f.run_id = EXCLUDED.run_id THEN f.head END, stop = CASE WHEN f.run_id = EXCLUDED.run_id THEN f.stop END
       WHERE (f.era, f.seq, f.attempt) < (EXCLUDED.era, EXCLUDED.seq, EXCLUDED.attempt) AND NOT f.deleted
       RETURNING head, stop`,
      [threadId, at.era, at.seq, at.attempt, runId],
    );
    const row = rows[0];
    return (
      row && { threadId, runId, phase: at, head: row.head, stop: row.stop, recursionLimit: 25, fresh: at.attempt === 1 }
    );
  };

  return {
    pool,
    checkpointer,
    stock: new PostgresSaver(pool),
    newRun,
    async newThread() {
      const threadId = randomUUID();
      await pool.query(`INSERT INTO holdfast.threads (thread_id, agent) VALUES ($1, 'a')`, [threadId]);
      return { threadId, runId: await newRun(threadId) };
    },
    claim,
    async attempt(threadId, runId, at, more) {
      const start = await claim(threadId, runId, at);
      if (!start) throw new Error(`a later phase holds thread ${threadId}`);
      return new CheckpointSession(checkpointer, { ...start, ...more });
    },
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

/** How plain LangGraph is run in these tests: as a slice runs it. */
export const inThread = (threadId: string) => ({ configurable: { thread_id: threadId }, durability: 'sync' as const });
