import type { RetryPolicy as LangGraphRetryPolicy } from '@langchain/langgraph';
import type { RetryPolicy } from '../agent/definition.js';

/** A failed try of a task, as it is stored and shown. */
export interface Failure {
  taskId: string;
  /** 1 is the first try. */
  attempt: number;
  node: string;
  name: string;
  message: string;
  stack?: string;
  retryable: boolean;
  /** No further try follows by policy. */
  final: boolean;
  /** ms until the next try. */
  delayMs: number;
}

/** How many tries a task has, when the next comes, and for which errors. Times in ms. */
export interface Policy {
  maximumAttempts: number;
  delayMs(attempt: number): number;
  retryOn(error: unknown): boolean;
}

/** A repeated call cannot end differently: the graph or its input is wrong. Names from LangGraph's errors. */
const NEVER = new Set([
  'InvalidUpdateError',
  'GraphRecursionError',
  'EmptyInputError',
  'GraphValueError',
  'EmptyChannelError',
  'MultipleSubgraphsError',
  'UnreachableNodeError',
]);
/** LangGraph's DEFAULT_STATUS_NO_RETRY (pregel/retry.ts). */
const CLIENT_ERRORS = new Set([400, 401, 402, 403, 404, 405, 406, 407, 409]);

/** LangGraph's default `retryOn` (pregel/retry.ts), plus what cannot succeed. */
export function isRetryable(error: unknown): boolean {
  const e = (error ?? {}) as {
    name?: string;
    message?: string;
    code?: string;
    status?: unknown;
    response?: { status?: unknown };
    error?: { code?: string };
    lc_error_code?: string;
  };
  if (NEVER.has(e.name ?? '') || e.lc_error_code === 'INVALID_GRAPH_NODE_RETURN_VALUE') return false;
  if (e.name === 'AbortError' || /^(Cancel|AbortError)/.test(e.message ?? '')) return false;
  if (e.code === 'STATE_UNSERIALIZABLE') return false;
  if (e.code === 'ECONNABORTED' || e.error?.code === 'insufficient_quota') return false;
  return !CLIENT_ERRORS.has(Number(e.response?.status ?? e.status ?? 0));
}

/** LangGraph's policy with its own defaults. */
export function fromLangGraph(policy: LangGraphRetryPolicy): Policy {
  const { initialInterval = 500, backoffFactor = 2, maxInterval = 128_000, maxAttempts = 3, jitter = true } = policy;
  return {
    maximumAttempts: maxAttempts,
    delayMs: (attempt) =>
      Math.min(maxInterval, initialInterval * backoffFactor ** (attempt - 1)) + (jitter ? Math.random() * 1000 : 0),
    retryOn: (error) => (policy.retryOn ?? isRetryable)(error),
  };
}

export function fromAgent(policy: RetryPolicy): Policy {
  return {
    maximumAttempts: policy.maximumAttempts,
    delayMs: (attempt) =>
      Math.min(policy.maximumIntervalMs, policy.initialIntervalMs * policy.backoffCoefficient ** (attempt - 1)),
    retryOn: (error) => isRetryable(error) && (policy.retryOn?.(error) ?? true),
  };
}

export function describeFailure(
  error: unknown,
  at: { taskId: string; node: string; attempt: number },
  policy: Policy | undefined,
): Failure {
  const { name, message, stack } =
    error instanceof Error ? error : { name: 'Error', message: String(error), stack: undefined };
  const retryable = isRetryable(error);
  const again = policy !== undefined && at.attempt < policy.maximumAttempts && retriedBy(policy, error);
  return {
    ...at,
    name,
    message,
    ...(stack ? { stack } : {}),
    retryable,
    final: !again,
    delayMs: again ? Math.round(policy.delayMs(at.attempt)) : 0,
  };
}

/** A policy's own function may throw; then the node's error stands and is not tried again. */
function retriedBy(policy: Policy, error: unknown): boolean {
  try {
    return policy.retryOn(error);
  } catch {
    return false;
  }
}
