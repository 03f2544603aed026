import type { Pregel } from '@langchain/langgraph';
import type { RunnableConfig } from '@langchain/core/runnables';

/** Any compiled LangGraph graph: StateGraph.compile(), createAgent(...).graph, entrypoint(...). */
export type CompiledGraph = Pregel<never, never>;

/** LangGraph's convention: a graph may be made per run from its config. */
export type GraphFactory = (config: RunnableConfig) => CompiledGraph | Promise<CompiledGraph>;

/** Temporal's names for a retry policy; times in ms. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  maximumAttempts: number;
  initialIntervalMs: number;
  backoffCoefficient: number;
  maximumIntervalMs: number;
  retryOn?: (error: unknown) => boolean;
}

export interface NodePolicy {
  /** How long one try may take. */
  timeoutMs?: number;
  retry?: RetryPolicy;
}

/** An agent as the runtime uses it: every option resolved. */
export interface AgentDefinition {
  name: string;
  /** The owner's version; `0` plus the topology hash when none is given. */
  version: string;
  owner?: string;
  description?: string;
  graph: CompiledGraph | GraphFactory;
  /** A graph that was not defined by `defineAgent`: behaves exactly as LangGraph does. */
  bare: boolean;
  /** By node name; `*` is every other node. */
  nodes: Record<string, NodePolicy>;
  /** What a node that has used up its tries does to the run. Bare graphs fail. */
  onExhausted: 'hold' | 'fail';
  /** A slice ends at the first superstep boundary after this many ms; 0 is after every superstep. */
  sliceMs: number;
  /** Reaching one holds the run and asks. */
  limits: { steps?: number; wallClockMs?: number };
}
