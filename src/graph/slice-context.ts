import type { Interrupt } from '@langchain/langgraph';
import type { AgentDefinition } from '../agent/definition.js';
import type { CheckpointSession, TaskTrace } from '../checkpoint/session.js';
import type { Failure } from './failure.js';
import type { Siblings } from './siblings.js';

/** What the code around nodes tells the process it runs in; cheap, never awaited except `recycle`. */
export interface TaskObserver {
  entered(taskId: string, node: string): void | Promise<void>;
  left(taskId: string, node: string): void;
  /** Node code goes on after it was told to stop: its failure is kept, and the process ends before the node may be tried again. */
  recycle(reason: string, failure?: Failure): Promise<never>;
}

/** Shared by the gates of one slice. */
export interface SliceContext {
  agent: AgentDefinition;
  session: CheckpointSession;
  observer: TaskObserver;
  runId: string;
  /** The older checkpoint at which the run began, once LangGraph itself no longer knows: from its second slice or attempt on. */
  forkedFrom: string | undefined;
  /** Failed tries by task id that count against its policy. */
  tries: ReadonlyMap<string, number>;
  /** Aborted when someone cancels the run: node code sees it as config.signal. */
  abort: AbortSignal;
  /** Ends an entrypoint's body that waits for a blocked task(). */
  blocked: AbortController;
  /** How long node code may go on after it was told to stop, in ms. */
  graceMs: number;
  failures: Failure[];
  interrupts: { node: string; interrupt: Interrupt }[];
  /** Errors that have used up a policy: they do not count against a default policy further out. */
  exhausted: WeakSet<object>;
  siblings: Siblings;
  /** Root tasks that finished since the last commit. */
  finished: TaskTrace[];
}
