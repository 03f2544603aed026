import { HoldfastError } from '../errors.js';
import type { AgentDefinition, NodePolicy } from './definition.js';
import { graphKind, type GraphLike } from './graph-kind.js';
import { defaultRetry, parseAgentOptions, type AgentOptions, type OptionProblem } from './options.js';
import { nodeNames, topologyHash } from './topology.js';

/** Marks definitions across copies of this package: a project's own holdfast and the one whose command runs it. */
const MARK: unique symbol = Symbol.for('holdfast.agent') as never;

/**
 * An unchanged graph with what production needs around it. Of a node's policy, its own entry in `nodes` comes first, then the
 * graph's own policy for it, then `nodes['*']`, then the default of three tries.
 * @throws AGENT_INVALID naming each wrong option by its path.
 */
export function defineAgent(options: AgentOptions): AgentDefinition {
  const parsed = parseAgentOptions(options);
  if ('problems' in parsed) throw invalid(options, parsed.problems);
  const { name, version, owner, description, onExhausted, slice, limits } = parsed.options;
  const graph = recognised(options);
  const problems = unknownNodes(graph, parsed.options.nodes);
  if (problems.length > 0) throw invalid(options, problems);

  const { '*': others = {}, ...named } = parsed.options.nodes;
  const nodes: Record<string, NodePolicy> = { ...named, '*': { ...others, retry: others.retry ?? defaultRetry() } };
  return marked({
    name,
    version: version ?? derivedVersion(graph),
    ...(owner !== undefined && { owner }),
    ...(description !== undefined && { description }),
    graph,
    bare: false,
    nodes,
    onExhausted,
    sliceMs: slice,
    limits: { steps: limits.steps, wallClockMs: limits.wallClock },
  });
}

/** A graph that nobody defined as an agent: it behaves exactly as LangGraph does. @throws AGENT_INVALID when it is no graph */
export function bareAgent(name: string, graphLike: GraphLike): AgentDefinition {
  const graph = recognised({ name, graph: graphLike });
  return marked({
    name,
    version: derivedVersion(graph),
    graph,
    bare: true,
    nodes: {},
    onExhausted: 'fail',
    sliceMs: 1000,
    limits: {},
  });
}

export function isAgentDefinition(value: unknown): value is AgentDefinition {
  return typeof value === 'object' && value !== null && MARK in value;
}

/** What stands for a version when the owner gives none. A factory's graph is known only after it was called (`versionOf`). */
function derivedVersion(graph: AgentDefinition['graph']): string {
  return typeof graph === 'function' ? '0' : `0+${topologyHash(graph).slice(0, 12)}`;
}

function recognised(options: AgentOptions): AgentDefinition['graph'] {
  const kind = graphKind(options.graph);
  if ('graph' in kind) return kind.graph;
  throw invalid(
    options,
    [{ path: 'graph', message: `is ${kind.problem}` }],
    kind.duplicated ? 'LANGGRAPH_DUPLICATED' : 'AGENT_INVALID',
  );
}

const marked = (definition: AgentDefinition): AgentDefinition => Object.assign(definition, { [MARK]: true });

function unknownNodes(graph: AgentDefinition['graph'], nodes: Record<string, NodePolicy>): OptionProblem[] {
  const known = typeof graph === 'function' ? undefined : nodeNames(graph);
  if (!known) return [];
  return Object.keys(nodes)
    .filter((name) => name !== '*' && !known.has(name))
    .map((name) => ({
      path: `nodes.${name}`,
      message: `the graph has no node of this name; it has ${[...known].join(', ')}`,
    }));
}

function invalid(
  options: AgentOptions,
  problems: OptionProblem[],
  code: 'AGENT_INVALID' | 'LANGGRAPH_DUPLICATED' = 'AGENT_INVALID',
): HoldfastError {
  const given = options as Partial<AgentOptions> | undefined; // JavaScript may pass anything
  const name = typeof given?.name === 'string' ? `agent "${given.name}"` : 'agent';
  return new HoldfastError(code, `${name}: ${problems.map((p) => `${p.path}: ${p.message}`).join('; ')}`, {
    next:
      code === 'AGENT_INVALID'
        ? 'correct the options given to defineAgent'
        : 'keep one copy of @langchain/langgraph: see `npm ls @langchain/langgraph`, and import it as an ES module',
    details: { problems },
  });
}
