/** What travels between client, workflow and activities: ids, names, counters. Never graph state. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Multitask, Phase, RunStatus } from '../src/runs/types.js';
import { SIGNALS, UPDATES } from '../src/temporal/names.js';

/** One request to a thread. A run is submitted again after each hold, so its submissions are numbered. */
export interface Submission {
  runId: string;
  number: number;
  agent: string;
  multitask: Multitask;
  /** The era of the thread's fence when the run was stored: an execution's own is always later. */
  fence: number;
}

export interface ThreadArgs {
  threadId: string;
  /** Search attributes exist on this cluster. */
  visible: boolean;
  /** From the execution that continued as this one. */
  carry?: { era: number; queue: Submission[]; active?: Progress };
}

/** A run in progress, as it is handed to the next execution. */
export interface Progress {
  submission: Submission;
  steps: number;
}

export interface SliceArgs {
  threadId: string;
  runId: string;
  agent: string;
  /** Without Temporal's attempt, which the activity knows. */
  phase: Omit<Phase, 'attempt'>;
  /** Supersteps this run has taken so far. */
  steps: number;
}

export type SliceResult =
  | { next: 'settled'; status: RunStatus; steps: number }
  | { next: 'continue'; steps: number }
  | { next: 'retry'; steps: number; delayMs: number };

export const submitUpdate = defineUpdate<void, [Submission]>(UPDATES.submit);
export const cancelSignal = defineSignal<[string]>(SIGNALS.cancel);
