import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import { liveWorkers } from '../runs/workers.js';

export interface RegisteredAgent {
  name: string;
  version: string;
  owner: string | null;
  taskQueue: string;
  registeredAt: Date;
  /** Live workers that serve it. */
  workers: number;
}

interface Version {
  version: string;
  topologyHash: string;
  /** Nodes, edges and options as registered. */
  definition: unknown;
  registeredAt: Date;
}

/** The build registered last, and all there were, newest first. */
export interface AgentDetails extends RegisteredAgent, Version {
  versions: Version[];
}

export interface AgentsApi {
  list(): Promise<RegisteredAgent[]>;
  /** @throws AGENT_NOT_FOUND */
  get(name: string): Promise<AgentDetails>;
}

export function agentsApi(pool: Pool): AgentsApi {
  const list = async (): Promise<RegisteredAgent[]> => {
    const [{ rows }, workers] = await Promise.all([
      pool.query<Omit<RegisteredAgent, 'workers'>>(
        `SELECT name, version, owner, task_queue AS "taskQueue", registered_at AS "registeredAt" FROM holdfast.agents ORDER BY name`,
      ),
      liveWorkers(pool),
    ]);
    return rows.map((agent) => ({
      ...agent,
      workers: workers.filter(({ agents }) => agents.includes(agent.name)).length,
    }));
  };
  return {
    list,
    async get(name) {
      const agent = (await list()).find((a) => a.name === name);
      if (!agent) {
        throw new HoldfastError('AGENT_NOT_FOUND', `there is no agent "${name}"`, {
          next: '`holdfast agent ls` lists them',
        });
      }
      const { rows } = await pool.query<Version>(
        `SELECT version, topology_hash AS "topologyHash", definition, registered_at AS "registeredAt"
         FROM holdfast.agent_versions WHERE agent = $1 ORDER BY registered_at DESC`,
        [name],
      );
      const current = rows[0];
      if (!current) throw new HoldfastError('AGENT_NOT_FOUND', `agent "${name}" has no version`);
      return { ...current, ...agent, versions: rows };
    },
  };
}
