/**
 * Static breakpoints across slices. Entering with null marks every breakpoint as seen, so a run that goes on must ask first
 * whether it already stands at one: before its next nodes, or after the nodes of its last commit.
 */
import type { StateSnapshot } from '@langchain/langgraph';
import type { CompiledGraph } from '../agent/definition.js';
import type { RunOptions } from '../runs/types.js';
import { internalsOf, isCompiledGraph, isHidden } from './adapter.js';
import type { SliceInput } from './slice-input.js';

type Names = string[] | '*' | undefined;

export interface Breakpoints {
  before: Names;
  after: Names;
}

/** The run's own breakpoints, else the graph's. */
export function breakpointsOf(graph: CompiledGraph, options: RunOptions): Breakpoints {
  const { interruptBefore, interruptAfter } = internalsOf(graph);
  return { before: options.interruptBefore ?? interruptBefore, after: options.interruptAfter ?? interruptAfter };
}

/**
 * Whether the run has come to a breakpoint that it has not reported yet. In a subgraph: to one before the next nodes of a
 * checkpoint that this very run has written; what an earlier run wrote is what this one goes on from.
 */
export async function standsAtBreakpoint(slice: SliceInput, { before, after }: Breakpoints): Promise<boolean> {
  const { graph, session, threadId, runId, headNodes } = slice;
  const resumed = slice.input === undefined && session.head !== undefined;
  if (resumed && headNodes.some((node) => isAt(graph, after, node))) return true;
  const atRoot = resumed && before !== undefined && before.length > 0;
  const inside = (slice.input ?? null) === null && hasBreakpointsInside(graph);
  if (!atRoot && !inside) return false;
  const reader = Object.create(graph) as CompiledGraph;
  reader.checkpointer = session;
  const at = { thread_id: threadId, ...(session.head === undefined ? {} : { checkpoint_id: session.head }) };
  const state = await reader.getState({ configurable: at }, { subgraphs: inside });
  if (atRoot && state.next.some((node) => isAt(graph, before, node))) return true;
  return inside && standsInside(graph, state, runId);
}

function standsInside(graph: CompiledGraph, { tasks }: StateSnapshot, runId: string): boolean {
  return tasks.some(({ name, state }) => {
    const subgraph = internalsOf(graph).nodes[name]?.bound;
    if (!isCompiledGraph(subgraph) || !isSnapshot(state)) return false;
    const mine = (state.metadata as { run_id?: string } | undefined)?.run_id === runId;
    const { interruptBefore } = internalsOf(subgraph);
    if (mine && state.next.some((node) => isAt(subgraph, interruptBefore, node))) return true;
    return standsInside(subgraph, state, runId);
  });
}

function hasBreakpointsInside(graph: CompiledGraph): boolean {
  return Object.values(internalsOf(graph).nodes).some(({ bound }) => {
    if (!isCompiledGraph(bound)) return false;
    const points = internalsOf(bound).interruptBefore;
    return (points !== undefined && points.length > 0) || hasBreakpointsInside(bound);
  });
}

const isSnapshot = (state: unknown): state is StateSnapshot =>
  typeof state === 'object' && state !== null && 'next' in state;

const isAt = (graph: CompiledGraph, points: Names, node: string): boolean =>
  points === '*' ? !isHidden(graph, node) : (points?.includes(node) ?? false);
