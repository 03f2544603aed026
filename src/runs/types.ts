/** The vocabulary of runs: what travels between client, workflow, activities and tables. Types only, importable anywhere. */

export const RUN_STATUSES = [
  'pending',
  'running',
  'success',
  'error',
  'interrupted',
  'held',
  'paused',
  'cancelled',
  'timeout',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The states in which nothing of the run executes or is queued. `interrupted`, `held` and `paused` wait for a person. */
export const SETTLED: ReadonlySet<RunStatus> = new Set<RunStatus>([
  'success',
  'error',
  'interrupted',
  'held',
  'paused',
  'cancelled',
  'timeout',
]);

/** input: graph input. command: a LangGraph Command. resume: answers by interrupt id. continue: go on from the head. update: a state edit. */
export type RunKind = 'input' | 'command' | 'resume' | 'continue' | 'update';
export type Multitask = 'reject' | 'enqueue' | 'interrupt' | 'rollback';
export type Control = 'none' | 'drain' | 'abort';
export type HoldVerb = 'retry' | 'skip' | 'goto' | 'edit' | 'cancel';
export type HoldCause =
  'node_failed' | 'node_timeout' | 'node_killed_process' | 'limit_reached' | 'graph_failed' | 'state_unserializable';

/** Who may write to a thread now: workflow execution start (ms since epoch), counter in it, Temporal's attempt. Compared in this order. */
export interface Phase {
  era: number;
  seq: number;
  attempt: number;
}

/** Stored with the run; all optional. Durations in ms. */
export interface RunOptions {
  configurable?: Record<string, unknown>;
  context?: unknown;
  metadata?: Record<string, unknown>;
  tags?: string[];
  /** Supersteps this run may take, as LangGraph counts them. Default 25. */
  recursionLimit?: number;
  /** Start from this checkpoint instead of the newest (a fork in the thread). */
  checkpointId?: string;
  interruptBefore?: string[] | '*';
  interruptAfter?: string[] | '*';
  /** For kind `update`: the node the edit is made as, and why it was made. */
  asNode?: string;
  reason?: string;
}

export interface RunError {
  code: string;
  name: string;
  message: string;
}

export interface PendingInterrupt {
  id: string;
  node: string;
  value: unknown;
}

export interface Hold {
  holdId: string;
  runId: string;
  cause: HoldCause;
  message: string;
  node: string | null;
  taskId: string | null;
  since: Date;
  releasedAt: Date | null;
  verb: HoldVerb | null;
  reason: string | null;
  actor: string | null;
}

export interface Run {
  runId: string;
  threadId: string;
  agent: string;
  agentVersion: string | null;
  status: RunStatus;
  kind: RunKind;
  options: RunOptions;
  resumesRunId: string | null;
  /** The first run of the chain that interrupts and answers make. */
  chainId: string;
  steps: number;
  head: string | null;
  waitingAt: string[];
  interrupts: PendingInterrupt[];
  error: RunError | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}
