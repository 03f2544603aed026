import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { CompiledGraph } from './definition.js';

/** A graph's shape without its code: what has to be equal for a checkpoint of one build to be continued by another. */
export interface Topology {
  nodes: Record<string, NodeShape>;
  /** [from, to, conditional] */
  edges: [string, string, boolean][];
  /** Channel name to its kind, as `LastValue`. */
  channels: Record<string, string>;
  interruptBefore: string[] | '*';
  interruptAfter: string[] | '*';
}

interface NodeShape {
  triggers: string[];
  reads: string[];
  ends?: string[];
  errorHandler?: string;
  subgraph?: Topology;
}

/** What of LangGraph's compiled form is read here. */
interface Compiled {
  nodes: Record<
    string,
    { triggers: string[]; channels: string[] | Record<string, string>; ends?: string[]; errorHandlerNode?: string }
  >;
  channels: Record<string, { lc_graph_name?: string }>;
  interruptBefore?: string[] | '*';
  interruptAfter?: string[] | '*';
  builder?: {
    edges: Iterable<[string, string]>;
    waitingEdges?: Iterable<[string[], string]>;
    branches: Record<string, Record<string, { ends?: Record<string, string> }>>;
  };
  getSubgraphs(): Iterable<[string, CompiledGraph]>;
}

/** Hexadecimal SHA-256 over the canonical JSON of the topology: the same in every process and for every order of definition. */
export function topologyHash(graph: CompiledGraph): string {
  return hashOf(topologyOf(graph));
}

export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? 'null')
    .digest('hex');
}

export function topologyOf(graph: CompiledGraph): Topology {
  const compiled = graph as unknown as Compiled;
  const subgraphs = new Map(compiled.getSubgraphs());
  const nodes = Object.entries(compiled.nodes).map(([name, node]): [string, NodeShape] => {
    const subgraph = subgraphs.get(name);
    return [
      name,
      {
        triggers: [...node.triggers].sort(),
        reads: Array.isArray(node.channels) ? [...node.channels].sort() : Object.values(node.channels).sort(),
        ...(node.ends && { ends: [...node.ends].sort() }),
        ...(node.errorHandlerNode && { errorHandler: node.errorHandlerNode }),
        ...(subgraph && { subgraph: topologyOf(subgraph) }),
      },
    ];
  });
  return {
    nodes: Object.fromEntries(nodes),
    edges: edgesOf(compiled),
    channels: Object.fromEntries(
      Object.entries(compiled.channels).map(([name, channel]) => [name, channel.lc_graph_name ?? 'managed']),
    ),
    interruptBefore: breakpoints(compiled.interruptBefore),
    interruptAfter: breakpoints(compiled.interruptAfter),
  };
}

/**
 * Names of all nodes, inner ones as `outer/inner`; `undefined` when there is a functional graph among them, whose tasks no one can
 * list.
 */
export function nodeNames(graph: CompiledGraph): Set<string> | undefined {
  const compiled = graph as unknown as Compiled;
  if (!compiled.builder) return undefined;
  const names = new Set(Object.keys(compiled.nodes).filter((name) => name !== '__start__'));
  for (const [outer, subgraph] of compiled.getSubgraphs()) {
    const inner = nodeNames(subgraph);
    if (!inner) return undefined;
    inner.forEach((name) => names.add(`${outer}/${name}`));
  }
  return names;
}

function edgesOf({ builder }: Compiled): Topology['edges'] {
  if (!builder) return [];
  const edges: Topology['edges'] = [...builder.edges].map(([from, to]) => [from, to, false]);
  for (const [from, to] of builder.waitingEdges ?? []) edges.push([[...from].sort().join('+'), to, false]);
  for (const [from, branches] of Object.entries(builder.branches)) {
    for (const branch of Object.values(branches)) {
      // Without a list of ends a branch may go anywhere.
      const ends = branch.ends ? Object.values(branch.ends) : ['*'];
      ends.forEach((to) => edges.push([from, to, true]));
    }
  }
  return edges.sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1));
}

const breakpoints = (names: string[] | '*' | undefined): string[] | '*' =>
  names === '*' ? '*' : [...(names ?? [])].sort();
