import type { AgentDefinition } from '../agent/definition.js';
import { describeAgent } from '../agent/describe-agent.js';
import { loadProject } from '../agent/load-project.js';
import { selfTest } from '../graph/self-test.js';
import type { AgentRegistration } from '../runs/workers.js';
import type { LoadWork } from './child.js';
import { createActivities } from './create-worker.js';

/** What a child of `holdfast worker` runs: the agents of a project. */
export const loadProjectWork: LoadWork = async ({ config, taskQueue, schema }, { host, pool }) => {
  const { agents } = await loadProject(config);
  await selfTest();
  return {
    agents: await Promise.all([...agents.values()].map((agent) => registrationOf(agent, taskQueue))),
    activities: createActivities({ agents, pool, schema, host }),
  };
};

export async function registrationOf(agent: AgentDefinition, taskQueue: string): Promise<AgentRegistration> {
  const { definition, topologyHash } = await describeAgent(agent);
  return { name: agent.name, version: agent.version, owner: agent.owner ?? null, taskQueue, topologyHash, definition };
}
