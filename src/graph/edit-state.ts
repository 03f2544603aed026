import type { AgentDefinition, CompiledGraph } from '../agent/definition.js';
import type { CheckpointSession } from '../checkpoint/session.js';

export interface Edit {
  values: unknown;
  /** The node the edit is made as; LangGraph infers it when absent. `__end__` gives up what the head still has to do. */
  asNode?: string;
  checkpointId?: string;
}

/** LangGraph's updateState under the session's fence. The new checkpoint is the session's head afterwards. */
export async function editState(
  graph: CompiledGraph,
  session: CheckpointSession,
  threadId: string,
  { values, asNode, checkpointId }: Edit,
): Promise<void> {
  const writer = Object.create(graph) as CompiledGraph;
  writer.checkpointer = session;
  const config = {
    configurable: { thread_id: threadId, ...(checkpointId ? { checkpoint_id: checkpointId } : {}) },
  };
  await writer.updateState(config, values, asNode);
  await session.settle();
}

/** The agent's graph for one run: a factory is called with the run's config, as LangGraph's own server does. */
export async function graphOf(agent: AgentDefinition, configurable: Record<string, unknown>): Promise<CompiledGraph> {
  return typeof agent.graph === 'function' ? agent.graph({ configurable }) : agent.graph;
}
