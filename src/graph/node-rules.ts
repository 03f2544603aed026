import type { RetryPolicy as LangGraphRetryPolicy } from '@langchain/langgraph';
import type { AgentDefinition } from '../agent/definition.js';
import type { GraphNode, NodeTimeout } from './adapter.js';
import { fromAgent, fromLangGraph, type Policy } from './failure.js';

/** What applies to one node. */
export interface NodeRules {
  policy: Policy | undefined;
  /** The policy was given for this node (by the agent or the graph), not by a default. */
  explicit: boolean;
  timeout: NodeTimeout | undefined;
  hasErrorHandler: boolean;
  /** An enclosing node has an explicit policy or an error handler of its own. */
  handledOutside: boolean;
}

/**
 * An explicit node option beats the graph's policy; else the graph's stands; `*` is the default for the rest.
 * `path` is the node's name with those of the nodes that enclose it; options name inner nodes as `outer/inner`.
 */
export function policyOf(
  agent: AgentDefinition,
  path: string[],
  node: GraphNode,
  graphPolicy: LangGraphRetryPolicy | undefined,
  handledOutside: boolean,
): NodeRules {
  const own = agent.nodes[path.join('/')];
  const fallback = agent.nodes['*'];
  const langGraph = node.retryPolicy ?? graphPolicy;
  const timeoutMs = own?.timeoutMs;
  return {
    policy: own?.retry
      ? fromAgent(own.retry)
      : langGraph
        ? fromLangGraph(langGraph)
        : fallback?.retry && fromAgent(fallback.retry),
    explicit: own?.retry !== undefined || langGraph !== undefined,
    timeout:
      timeoutMs !== undefined
        ? { ...node.timeout, runTimeout: timeoutMs }
        : (node.timeout ?? (fallback?.timeoutMs !== undefined ? { runTimeout: fallback.timeoutMs } : undefined)),
    hasErrorHandler: node.errorHandlerNode !== undefined,
    handledOutside,
  };
}
