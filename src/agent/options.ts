import { msToNumber, type Duration } from '@temporalio/common/lib/time.js';
import { z } from 'zod';
import type { NodePolicy, RetryPolicy } from './definition.js';
import type { GraphLike } from './graph-kind.js';

export interface RetryOptions {
  /** Tries in all, the first included. Default 3. */
  maximumAttempts?: number;
  /** Before the second try. Default 500 ms. */
  initialInterval?: Duration;
  /** Each further wait is this many times longer. Default 2. */
  backoffCoefficient?: number;
  /** The longest wait. Default 2 minutes. */
  maximumInterval?: Duration;
  /** False: this error is not worth another try. */
  retryOn?: (error: unknown) => boolean;
}

export interface NodeOptions {
  /** How long one try may take. Default: no limit. */
  timeout?: Duration;
  retry?: RetryOptions;
}

export interface AgentOptions {
  /** Letters, digits, `.`, `_` and `-`; the name it has in langgraph.json. */
  name: string;
  /** Yours, for instance that of its package. Default: `0+` and the graph's topology hash. */
  version?: string;
  /** Who answers when it stops. */
  owner?: string;
  description?: string;
  /** Used as it is, never changed. */
  graph: GraphLike;
  /** By node name, inner ones as `outer/inner`; `*` is every node without a policy of its own, here or in the graph. */
  nodes?: Record<string, NodeOptions>;
  /** When a node has used up its tries: hold the run and ask an operator, or end it with status `error`. Default `hold`. */
  onExhausted?: 'hold' | 'fail';
  /** How long one Temporal activity goes on from superstep to superstep; 0 is one activity each. Default 1 s. */
  slice?: Duration;
  /** Reaching one holds the run and asks. */
  limits?: { steps?: number; wallClock?: Duration };
}

const DEFAULT_RETRY: RetryPolicy = {
  maximumAttempts: 3,
  initialIntervalMs: 500,
  backoffCoefficient: 2,
  maximumIntervalMs: 120_000,
};

/** Milliseconds, or text such as '2m' and '1.5h'. */
const duration = z
  .union([z.number(), z.string()], { error: 'expected a duration such as "2m", or milliseconds' })
  .transform((value, ctx) => {
    try {
      const ms = msToNumber(value as Duration);
      if (Number.isFinite(ms) && ms >= 0) return ms;
    } catch {
      // said below
    }
    ctx.addIssue({
      code: 'custom',
      message: `${JSON.stringify(value)} is not a duration: write "500ms", "2m", "1.5h", "30d" or milliseconds`,
    });
    return z.NEVER;
  });
const positiveDuration = duration.refine((ms) => ms > 0, 'has to be longer than 0');

const retry = z
  .strictObject({
    maximumAttempts: z.int().min(1).default(DEFAULT_RETRY.maximumAttempts),
    initialInterval: duration.default(DEFAULT_RETRY.initialIntervalMs),
    backoffCoefficient: z.number().min(1).default(DEFAULT_RETRY.backoffCoefficient),
    maximumInterval: duration.default(DEFAULT_RETRY.maximumIntervalMs),
    retryOn: z
      .custom<(error: unknown) => boolean>((f) => typeof f === 'function', 'expected a function (error) => boolean')
      .optional(),
  })
  .transform(({ initialInterval, maximumInterval, ...rest }): RetryPolicy => ({
    ...rest,
    initialIntervalMs: initialInterval,
    maximumIntervalMs: maximumInterval,
  }));

const node = z
  .strictObject({ timeout: positiveDuration.optional(), retry: retry.optional() })
  .transform(({ timeout, retry }): NodePolicy => ({
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(retry && { retry }),
  }));

const line = z.string().trim().min(1, 'is empty');

const agentOptions = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'may have letters, digits, ".", "_" and "-", at most 100'),
  version: line.max(100).optional(),
  owner: line.optional(),
  description: z.string().optional(),
  graph: z.unknown().optional(),
  nodes: z.record(z.string(), node).default({}),
  onExhausted: z.enum(['hold', 'fail']).default('hold'),
  slice: duration.default(1000),
  limits: z.strictObject({ steps: z.int().min(1).optional(), wallClock: positiveDuration.optional() }).default({}),
});

export type ResolvedOptions = z.output<typeof agentOptions>;
export interface OptionProblem {
  path: string;
  message: string;
}

/** Options with defaults and in milliseconds, or every problem with the path of its option. */
export function parseAgentOptions(input: unknown): { options: ResolvedOptions } | { problems: OptionProblem[] } {
  const parsed = agentOptions.safeParse(input);
  if (parsed.success) return { options: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => ({
      path: issue.path.length > 0 ? issue.path.map(String).join('.') : 'options',
      message:
        issue.code === 'unrecognized_keys'
          ? `has no option ${issue.keys.map((key) => `"${key}"`).join(', ')}`
          : issue.message,
    })),
  };
}

/** The retry policy of nodes for which neither their options nor the graph has one. */
export const defaultRetry = (): RetryPolicy => ({ ...DEFAULT_RETRY });
