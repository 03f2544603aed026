/**
 * The gate stands around each node's code and writers. Invariants (tests cite them):
 * G1  A node that fails and may be tried again is a blocked node: nothing is saved for it, its superstep stays uncommitted,
 *     its siblings finish undisturbed and keep their writes; they do beside a final failure too.
 * G2  LangGraph's own retries and timeouts are shadowed, so that they do not multiply ours.
 * G3  Only a final failure passes through, to error handlers and to status `error`.
 * G4  An error that has used up a policy counts against an explicit outer policy only.
 * G5  Code that was told to stop has settled before its superstep is left, or its process ends.
 */
import { Runnable, type RunnableConfig } from '@langchain/core/runnables';
import { isGraphBubbleUp, isGraphInterrupt } from '@langchain/langgraph';
import type { CompiledGraph } from '../agent/definition.js';
import {
  asRunnable,
  blocked,
  internalsOf,
  isCompiledGraph,
  isEntrypoint,
  START_NODE,
  taskOf,
  withAttempt,
  withCalls,
  withoutUndefinedCheckpointId,
  type GraphNode,
} from './adapter.js';
import { CodeInFlight } from './code-in-flight.js';
import { gateCalls } from './gate-calls.js';
import { describeFailure } from './failure.js';
import { policyOf, type NodeRules } from './node-rules.js';
import { runBounded } from './node-timeout.js';
import type { SliceContext } from './slice-context.js';
import { enterStatefulSubgraph } from './stateful-subgraph.js';

/**
 * A shallow copy of a compiled graph whose nodes are gated; the graph itself is not touched.
 * `outer` names the nodes that enclose it, `handledOutside` tells whether one of them deals with failures itself.
 */
export function derive(
  graph: CompiledGraph,
  context: SliceContext,
  outer: string[] = [],
  handledOutside = false,
): CompiledGraph {
  const { nodes, retryPolicy } = internalsOf(graph);
  const derived = Object.create(graph) as CompiledGraph;
  const internals = internalsOf(derived);
  Object.defineProperty(derived, 'retryPolicy', { value: undefined });
  internals.nodes = Object.fromEntries(
    Object.entries(nodes).map(([name, node]) => {
      const rules = policyOf(context.agent, [...outer, name], node, retryPolicy, handledOutside);
      return [name, gateNode(node, { name, outer, rules, graph }, context)];
    }),
  );
  return derived;
}

interface Place {
  name: string;
  outer: string[];
  rules: NodeRules;
  graph: CompiledGraph;
}

function gateNode(node: GraphNode, place: Place, context: SliceContext): GraphNode {
  const gated = Object.create(node) as GraphNode;
  Object.defineProperties(gated, { retryPolicy: { value: undefined }, timeout: { value: undefined } });
  if (isCompiledGraph(node.bound)) {
    const handled = place.rules.handledOutside || place.rules.explicit || place.rules.hasErrorHandler;
    gated.bound = asRunnable(derive(node.bound, context, [...place.outer, place.name], handled));
  }
  // Called once for each task.
  gated.getNode = () => {
    const code = new CodeInFlight();
    const watched = Object.create(gated) as GraphNode;
    watched.bound = code.watch(gated.bound);
    const inner = node.getNode.call(watched);
    return inner && new Gate(inner, code, node, place, context);
  };
  return gated;
}

class Gate extends Runnable {
  override lc_namespace = ['holdfast'];

  constructor(
    private readonly inner: Runnable,
    private readonly code: CodeInFlight,
    private readonly node: GraphNode,
    private readonly place: Place,
    private readonly context: SliceContext,
  ) {
    super({});
  }

  override async invoke(input: unknown, given: RunnableConfig = {}): Promise<unknown> {
    const { context, place } = this;
    if (place.name === START_NODE && !isEntrypoint(place.graph)) return this.inner.invoke(input, given);
    const task = taskOf(given);
    const tried = context.tries.get(task.id) ?? 0;
    const config = await this.prepare(given, tried);
    const began = performance.now();
    const sibling = context.siblings.enter(task.within);
    try {
      await context.observer.entered(task.id, place.name);
      const result: unknown = await runBounded<unknown>((bounded) => this.inner.invoke(input, bounded), config, {
        node: place.name,
        timeout: place.rules.timeout,
        abort: context.abort,
        graceMs: context.graceMs,
        ended: () => this.code.ended(),
        abandon: (reason) => this.abandon(reason, task.id, tried + 1),
      });
      if (task.root)
        context.finished.push({ id: task.id, node: place.name, ms: Math.round(performance.now() - began) });
      return result;
    } catch (e) {
      const thrown = this.settle(e, config, task.id, tried + 1, task.root);
      sibling.leave();
      if (this.endsSuperstep(thrown)) await sibling.alone();
      throw thrown;
    } finally {
      sibling.leave();
      context.observer.left(task.id, place.name);
    }
  }

  private async prepare(given: RunnableConfig, tried: number): Promise<RunnableConfig> {
    const { node, context } = this;
    let config = withoutUndefinedCheckpointId(given);
    if (tried > 0) config = withAttempt(config, tried + 1);
    if (isCompiledGraph(node.bound) && internalsOf(node.bound).checkpointer === true) {
      config = await enterStatefulSubgraph(config, context);
    }
    if (isEntrypoint(this.place.graph)) {
      config = withCalls(config, (schedule) => gateCalls(schedule, context, this.place.rules));
    }
    return config;
  }

  /** What is to be thrown for `e`: `e` itself when it is final or not the node's own, else "blocked". */
  private settle(e: unknown, config: RunnableConfig, taskId: string, attempt: number, root: boolean): unknown {
    const { context, place } = this;
    if (isGraphInterrupt(e)) {
      if (root) context.interrupts.push(...e.interrupts.map((interrupt) => ({ node: place.name, interrupt })));
      return e;
    }
    if (isGraphBubbleUp(e) || context.session.isOwnError(e)) return e;
    if (context.abort.aborted) return blocked();
    // A sibling's final failure aborts LangGraph's own signal: this is its echo, not a failure of this node.
    if (config.signal?.aborted && (e as Error | undefined)?.name === 'AbortError') return e;
    const known = typeof e === 'object' && e !== null && context.exhausted.has(e);
    const policy = known && !place.rules.explicit ? undefined : place.rules.policy;
    const failure = describeFailure(e, { taskId, node: place.name, attempt }, policy);
    if (!failure.final || this.holds()) {
      context.failures.push(failure);
      return blocked();
    }
    if (typeof e === 'object' && e !== null) context.exhausted.add(e);
    return e;
  }

  /** A final failure, unless LangGraph hands it to a handler beside the other tasks. */
  private endsSuperstep(thrown: unknown): boolean {
    const final = typeof thrown === 'object' && thrown !== null && this.context.exhausted.has(thrown);
    return final && !this.place.rules.hasErrorHandler;
  }

  /** An operator decides on this failure, because nothing further out does. */
  private holds(): boolean {
    const { rules } = this.place;
    return this.context.agent.onExhausted === 'hold' && !rules.hasErrorHandler && !rules.handledOutside;
  }

  private async abandon(reason: string, taskId: string, attempt: number): Promise<never> {
    const { context, place } = this;
    if (context.abort.aborted) return context.observer.recycle(reason);
    const error = Object.assign(new Error(reason), { name: 'NodeTimeoutError' });
    const failure = describeFailure(error, { taskId, node: place.name, attempt }, place.rules.policy);
    return context.observer.recycle(reason, failure);
  }
}
