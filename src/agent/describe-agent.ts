import type { AgentDefinition, CompiledGraph, NodePolicy } from './definition.js';
import { hashOf, topologyOf, type Topology } from './topology.js';

/** An agent as it is registered: JSON, no code. */
export interface AgentDescription {
  bare: boolean;
  owner: string | null;
  description: string | null;
  nodes: Record<string, Omit<NodePolicy, 'retry'> & { retry?: Record<string, unknown> }>;
  onExhausted: 'hold' | 'fail';
  sliceMs: number;
  limits: { steps?: number; wallClockMs?: number };
  /** Null when the graph is made per run by a factory that needs a real run's config. */
  topology: Topology | null;
}

export interface DescribedAgent {
  definition: AgentDescription;
  /** Hexadecimal SHA-256; of the name alone when the topology is not known. */
  topologyHash: string;
}

/** What `holdfast.agent_versions` keeps of an agent. A graph factory is called once, with an empty config, to see its graph. */
export async function describeAgent(agent: AgentDefinition): Promise<DescribedAgent> {
  const graph = await graphToDescribe(agent);
  const topology = graph ? topologyOf(graph) : null;
  return {
    definition: {
      bare: agent.bare,
      owner: agent.owner ?? null,
      description: agent.description ?? null,
      nodes: Object.fromEntries(Object.entries(agent.nodes).map(([name, policy]) => [name, describePolicy(policy)])),
      onExhausted: agent.onExhausted,
      sliceMs: agent.sliceMs,
      limits: agent.limits,
      topology,
    },
    topologyHash: hashOf(topology ?? { factory: agent.name }),
  };
}

/** The version to register and to show: a factory's derived one is completed with its graph's hash where that is known. */
export function versionOf(agent: AgentDefinition, described: DescribedAgent): string {
  return agent.version === '0' && described.definition.topology
    ? `0+${described.topologyHash.slice(0, 12)}`
    : agent.version;
}

async function graphToDescribe({ graph }: AgentDefinition): Promise<CompiledGraph | undefined> {
  if (typeof graph !== 'function') return graph;
  // A factory may depend on a run's config: that it fails without one is no fault.
  return Promise.resolve(graph({ configurable: {} })).catch(() => undefined);
}

function describePolicy({ retry, ...policy }: NodePolicy): AgentDescription['nodes'][string] {
  if (!retry) return policy;
  const { retryOn, ...rest } = retry;
  return { ...policy, retry: { ...rest, ...(retryOn && { retryOn: 'function' }) } };
}
