/**
 * Static breakpoints across slices. Entering with null marks every breakpoint as seen, so a run that goes on must ask first
 * whether it already stands at one: before its next nodes, or after the nodes of its last commit.
 */
import type { CompiledGraph } from '../agent/definition.js';
import type { RunOptions } from '../runs/types.js';
import { internalsOf } from './adapter.js';
import type { SliceInput } from './slice.js';

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

export async function standsAtBreakpoint(
  { graph, session, threadId, headNodes }: SliceInput,
  { before, after }: Breakpoints,
): Promise<boolean> {
  if (headNodes.some((node) => includes(after, node))) return true;
  if (before === undefined || before.length === 0) return false;
  const reader = Object.create(graph) as CompiledGraph;
  reader.checkpointer = session;
  const { next } = await reader.getState({ configurable: { thread_id: threadId, checkpoint_id: session.head } });
  return next.some((node) => includes(before, node));
}

const includes = (points: Names, node: string): boolean => points === '*' || (points?.includes(node) ?? false);
