import type { Pool } from '../db/pool.js';
import { inTransaction } from '../db/transaction.js';

/** One worker process, as its supervisor registers it. */
export interface WorkerRegistration {
  workerId: string;
  host: string;
  pid: number;
  taskQueue: string;
  agents: string[];
}

export interface WorkerRow extends WorkerRegistration {
  startedAt: Date;
  seenAt: Date;
}

/** An agent as a worker found it in the project. */
export interface AgentRegistration {
  name: string;
  version: string;
  owner: string | null;
  taskQueue: string;
  topologyHash: string;
  /** Nodes, edges and options: JSON, no code. */
  definition: unknown;
}

/** How often a supervisor says that its workers live. */
export const TOUCH_INTERVAL_MS = 5_000;
/** A row not touched for this long is a worker that ended without a word. */
export const WORKER_LIVE_MS = 3 * TOUCH_INTERVAL_MS;

/** Repeating it is harmless: a worker that comes back after a lost connection writes the same row. */
export async function registerWorker(pool: Pool, worker: WorkerRegistration): Promise<void> {
  await pool.query(
    `INSERT INTO holdfast.workers (worker_id, host, pid, task_queue, agents) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (worker_id) DO UPDATE SET seen_at = now(), stopped_at = NULL`,
    [worker.workerId, worker.host, worker.pid, worker.taskQueue, worker.agents],
  );
}

export async function touchWorkers(pool: Pool, workerIds: string[]): Promise<void> {
  await pool.query('UPDATE holdfast.workers SET seen_at = now() WHERE worker_id = ANY ($1::uuid[])', [workerIds]);
}

export async function stopWorker(pool: Pool, workerId: string): Promise<void> {
  await pool.query('UPDATE holdfast.workers SET stopped_at = now() WHERE worker_id = $1 AND stopped_at IS NULL', [
    workerId,
  ]);
}

/** Workers seen within WORKER_LIVE_MS and not stopped, oldest first; `taskQueue` and `agent` narrow it. */
export async function liveWorkers(
  pool: Pool,
  { taskQueue, agent }: { taskQueue?: string; agent?: string } = {},
): Promise<WorkerRow[]> {
  const { rows } = await pool.query<WorkerRow>(
    `SELECT worker_id AS "workerId", host, pid, task_queue AS "taskQueue", agents, started_at AS "startedAt", seen_at AS "seenAt"
     FROM holdfast.workers
     WHERE stopped_at IS NULL AND seen_at > now() - make_interval(secs => $1)
       AND ($2::text IS NULL OR task_queue = $2) AND ($3::text IS NULL OR $3 = ANY (agents))
     ORDER BY started_at, worker_id`,
    [WORKER_LIVE_MS / 1000, taskQueue ?? null, agent ?? null],
  );
  return rows;
}

/** The agent's row names the version registered last; versions are kept, and a changed graph under an old version is another row. */
export async function registerAgents(pool: Pool, agents: AgentRegistration[]): Promise<void> {
  // In one order everywhere: workers that start together would otherwise lock each other's rows crosswise.
  const sorted = [...agents].sort((a, b) => (a.name < b.name ? -1 : 1));
  await inTransaction(pool, async (client) => {
    for (const { name, version, owner, taskQueue, topologyHash, definition } of sorted) {
      await client.query(
        `INSERT INTO holdfast.agents (name, version, owner, task_queue) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET version = $2, owner = $3, task_queue = $4, registered_at = now()
         WHERE (agents.version, agents.owner, agents.task_queue) IS DISTINCT FROM ($2, $3, $4)`,
        [name, version, owner, taskQueue],
      );
      await client.query(
        `INSERT INTO holdfast.agent_versions (agent, version, topology_hash, definition) VALUES ($1, $2, $3, $4)
         ON CONFLICT (agent, version, topology_hash) DO NOTHING`,
        [name, version, topologyHash, JSON.stringify(definition)],
      );
    }
  });
}
