import type { RunnableConfig } from '@langchain/core/runnables';
import type { StateSnapshot } from '@langchain/langgraph';
import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';

/**
 * Any compiled LangGraph graph, whatever its state: StateGraph.compile(), createAgent(...).graph, entrypoint(...). Names what the
 * engine calls; LangGraph's own class is typed by the state of one graph.
 */
export interface CompiledGraph {
  lg_is_pregel: boolean;
  checkpointer?: BaseCheckpointSaver | boolean;
  stream(input: unknown, options?: RunnableConfig): Promise<AsyncIterable<unknown>>;
  getState(config: RunnableConfig, options?: { subgraphs?: boolean }): Promise<StateSnapshot>;
  getStateHistory(config: RunnableConfig, options?: { limit?: number }): AsyncIterableIterator<StateSnapshot>;
  updateState(config: RunnableConfig, values: unknown, asNode?: string): Promise<RunnableConfig>;
}

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
