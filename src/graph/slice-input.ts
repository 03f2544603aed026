import type { AgentDefinition, CompiledGraph } from '../agent/definition.js';
import type { CheckpointSession } from '../checkpoint/session.js';
import type { RunOptions } from '../runs/types.js';
import type { TaskObserver } from './slice-context.js';

/** Everything one slice needs. */
export interface SliceInput {
  agent: AgentDefinition;
  graph: CompiledGraph;
  session: CheckpointSession;
  threadId: string;
  runId: string;
  options: RunOptions;
  /** Nodes whose work the head commits, when this run committed it. */
  headNodes: string[];
  /** The superstep that the head commits; null when the run has committed none. */
  headStep: number | null;
  /** What to start with; undefined once the run has used it, which then goes on from the head. */
  input: unknown;
  tries: ReadonlyMap<string, number>;
  /** Supersteps and ms (since the run began) already used, for the agent's limits. */
  used: { steps: number; sinceMs: number };
  sliceMs: number;
  observer: TaskObserver;
  abort: AbortSignal;
  /** Read at every commit: the process winds down. */
  draining(): boolean;
  graceMs?: number;
}
