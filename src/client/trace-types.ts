import type { Hold, Phase, Run } from '../runs/types.js';

/** What happened in a chain of runs: a run, the answers to its interrupts, and so on. Oldest first. Times are the database's. */
export interface Trace {
  runs: TraceRun[];
}

type Shown =
  | 'runId'
  | 'threadId'
  | 'agent'
  | 'agentVersion'
  | 'status'
  | 'kind'
  | 'resumesRunId'
  | 'waitingAt'
  | 'interrupts'
  | 'error'
  | 'createdAt'
  | 'startedAt'
  | 'endedAt';

export interface TraceRun extends Pick<Run, Shown> {
  /** Who asked for it. */
  initiator: string | null;
  attempts: TraceAttempt[];
  supersteps: TraceSuperstep[];
  failures: TraceFailure[];
  holds: Hold[];
}

/** One try of one slice. */
export interface TraceAttempt {
  phase: Phase;
  /** The slice's number in its run, from 1. */
  slice: number;
  workerId: string;
  pid: number;
  host: string | null;
  startedAt: Date;
  /** Null: it handed over to the next slice, still runs, or was lost. */
  endedAt: Date | null;
  outcome: string | null;
  lost: LostAttempt | null;
}

/** The process of an attempt ended before the attempt did. */
export interface LostAttempt {
  /** When its supervisor saw it die; null when nobody was there to see. */
  diedAt: Date | null;
  resumedAt: Date | null;
  resumedBy: number | null;
  /** From death to the next attempt's start, in ms. */
  recoveryMs: number | null;
}

/** One committed superstep of the root graph. */
export interface TraceSuperstep {
  phase: Phase;
  /** LangGraph's number: -1 is the input. */
  step: number;
  checkpointId: string;
  tasks: { id: string; node: string; ms: number }[];
  committedAt: Date;
}

/** One failed try of one task. */
export interface TraceFailure {
  taskId: string;
  node: string;
  try: number;
  name: string;
  message: string;
  retryable: boolean;
  /** No further try followed by policy. */
  final: boolean;
  /** Wait before the next try, in ms. */
  delayMs: number;
  at: Date;
}
