/**
 * Runs a graph from the thread's head, superstep after superstep, each committed before the next begins, until the slice is old,
 * a task is blocked, the graph interrupts or ends, a limit is reached, or someone asks. Knows no Temporal and no run tables.
 */
import { setMaxListeners } from 'node:events';
import type { RunnableConfig } from '@langchain/core/runnables';
import { GraphRecursionError, isGraphDrained, RunControl } from '@langchain/langgraph';
import type { AgentDefinition } from '../agent/definition.js';
import type { Commit } from '../checkpoint/session.js';
import type { PendingInterrupt, RunOptions } from '../runs/types.js';
import { INTERRUPT_CHUNK } from './adapter.js';
import type { Failure } from './failure.js';
import { derive } from './gate.js';
import { Siblings } from './siblings.js';
import type { SliceInput } from './slice-input.js';
import type { SliceContext } from './slice-context.js';
import { breakpointsOf, standsAtBreakpoint, type Breakpoints } from './static-interrupts.js';

export type SliceEnd = 'success' | 'interrupted' | 'error' | 'drained' | 'blocked' | 'limit' | 'aborted';

export interface SliceOutcome {
  end: SliceEnd;
  /** Supersteps committed by this slice. */
  steps: number;
  head: string | undefined;
  /** With end `interrupted`; empty at a static breakpoint. */
  interrupts: PendingInterrupt[];
  /** With end `blocked`: tasks that failed and are not done. */
  failures: Failure[];
  /** With end `error`: what the graph threw. */
  error?: unknown;
  /** With end `limit`: which. */
  limit?: string;
}

const DEFAULT_GRACE_MS = 5_000;
const DEFAULT_RECURSION_LIMIT = 25;

export const recursionLimitOf = (options: RunOptions): number => options.recursionLimit ?? DEFAULT_RECURSION_LIMIT;

export async function runSlice(slice: SliceInput): Promise<SliceOutcome> {
  const { session, agent, graph } = slice;
  const breakpoints = breakpointsOf(graph, slice.options);
  const resumed = slice.input === undefined;
  if (resumed && isPastRecursionLimit(slice)) {
    const error = recursionError(recursionLimitOf(slice.options));
    return { end: 'error', error, steps: 0, head: session.head, interrupts: [], failures: [] };
  }
  if (await standsAtBreakpoint(slice, breakpoints)) {
    return { end: 'interrupted', steps: 0, head: session.head, interrupts: [], failures: [] };
  }

  const inVain = new AbortController();
  session.onFailure = (reason) => inVain.abort(reason);
  const abort = AbortSignal.any([slice.abort, inVain.signal]);
  setMaxListeners(0, abort); // one for each task that runs: a fan-out of 300 is no leak
  const context: SliceContext = {
    agent,
    session,
    observer: slice.observer,
    runId: slice.runId,
    forkedFrom: resumed ? slice.options.checkpointId : undefined,
    tries: slice.tries,
    abort,
    blocked: new AbortController(),
    graceMs: slice.graceMs ?? DEFAULT_GRACE_MS,
    failures: [],
    interrupts: [],
    exhausted: new WeakSet(),
    siblings: new Siblings(),
    finished: [],
  };
  const progress = watchCommits(slice, context);
  const derived = derive(graph, context);
  derived.checkpointer = session;

  let stopped = false;
  let drained = false;
  let error: unknown;
  try {
    const config = configOf(slice, resumed, breakpoints, progress.control, context);
    for await (const chunk of await derived.stream(slice.input ?? null, config)) {
      if (isInterruptChunk(chunk)) stopped = true;
    }
  } catch (e) {
    if (isGraphDrained(e)) drained = true;
    else if (!context.blocked.signal.aborted) error = e;
  }
  await session.settle();
  if (error !== undefined && session.isOwnError(error)) throw error as Error;

  return {
    steps: progress.steps,
    head: session.head,
    failures: context.failures,
    interrupts: [],
    ...end(),
  };

  function end(): Pick<SliceOutcome, 'end'> & Partial<SliceOutcome> {
    if (error !== undefined) return { end: 'error', error };
    if (progress.overRecursion && !stopped)
      return { end: 'error', error: recursionError(recursionLimitOf(slice.options)) };
    if (context.abort.aborted && (stopped || drained || context.blocked.signal.aborted)) return { end: 'aborted' };
    if (context.failures.length > 0) return { end: 'blocked' };
    if (stopped) return { end: 'interrupted', interrupts: pendingInterrupts(context) };
    if (drained) return progress.limit === undefined ? { end: 'drained' } : { end: 'limit', limit: progress.limit };
    return { end: 'success' };
  }
}

/** An earlier attempt has committed the last superstep that the limit allows, and was lost before it could say so. */
function isPastRecursionLimit({ session, headStep }: SliceInput): boolean {
  return session.stop !== undefined && headStep !== null && headStep + 1 > session.stop;
}

/** Counts what is committed and asks the graph to stop: only from the root namespace's put, since nested loops share the control. */
function watchCommits(slice: SliceInput, context: SliceContext) {
  const { session, agent, used } = slice;
  const began = performance.now();
  const progress = {
    control: new RunControl(),
    steps: 0,
    overRecursion: false,
    limit: undefined as string | undefined,
  };
  session.tasksOfCommit = () => context.finished.splice(0);
  session.onCommit = ({ step, source, control }: Commit) => {
    if (source === 'loop') progress.steps++;
    progress.overRecursion = session.stop !== undefined && step + 1 > session.stop;
    progress.limit = limitReached(agent, used.steps + progress.steps, used.sinceMs + performance.now() - began);
    const old = source === 'loop' && performance.now() - began >= slice.sliceMs;
    if (old || control !== 'none' || progress.overRecursion || progress.limit !== undefined || slice.draining()) {
      progress.control.requestDrain('slice');
    }
  };
  context.abort.addEventListener('abort', () => progress.control.requestDrain('abort'), { once: true });
  return progress;
}

function limitReached({ limits }: AgentDefinition, steps: number, ms: number): string | undefined {
  if (limits.steps !== undefined && steps >= limits.steps) return `${limits.steps} supersteps`;
  if (limits.wallClockMs !== undefined && ms >= limits.wallClockMs)
    return `${limits.wallClockMs} ms of wall-clock time`;
  return undefined;
}

function configOf(
  { options, threadId, runId }: SliceInput,
  resumed: boolean,
  { before, after }: Breakpoints,
  control: RunControl,
  context: SliceContext,
): RunnableConfig {
  const fork = !resumed && options.checkpointId !== undefined ? { checkpoint_id: options.checkpointId } : {};
  return {
    tags: options.tags,
    context: options.context,
    recursionLimit: recursionLimitOf(options),
    metadata: { ...options.metadata, run_id: runId },
    configurable: { ...options.configurable, thread_id: threadId, ...fork },
    durability: 'sync',
    streamMode: 'updates',
    control,
    ...(before ? { interruptBefore: before } : {}),
    ...(after ? { interruptAfter: after } : {}),
    signal: context.blocked.signal,
  } as RunnableConfig;
}

function isInterruptChunk(chunk: unknown): boolean {
  return typeof chunk === 'object' && chunk !== null && INTERRUPT_CHUNK in chunk;
}

function pendingInterrupts(context: SliceContext): PendingInterrupt[] {
  const byId = new Map<string, PendingInterrupt>();
  for (const { node, interrupt } of context.interrupts) {
    const id = interrupt.id ?? '';
    byId.set(id, { id, node, value: interrupt.value });
  }
  return [...byId.values()];
}

/** LangGraph's own error and words (pregel/index.ts): its clients test for them. */
function recursionError(limit: number): GraphRecursionError {
  return new GraphRecursionError(
    `Recursion limit of ${limit} reached without hitting a stop condition. You can increase the limit by setting the "recursionLimit" config key.`,
    { lc_error_code: 'GRAPH_RECURSION_LIMIT' },
  );
}
