import type { BaseCheckpointSaver, BaseStore } from '@langchain/langgraph';
import type { BaseCache } from '@langchain/langgraph-checkpoint';
import type { GraphLike } from '../../src/agent/graph-kind.js';
import type { RetryOptions } from '../../src/agent/options.js';
import type { RunOptions } from '../../src/runs/types.js';
import type { HistoryEntry } from './scenario-record.js';

/** What a scenario's graph is built with. */
export interface ScenarioTools {
  /** A node that records its execution and returns `update` (given the state when it is a function); by default `{ log: [name] }`. */
  step<S>(name: string): (state: S) => { log: string[] };
  step<S, U>(name: string, update: (state: S) => U): (state: S) => U;
  /** Records an execution in a node written out in full. */
  ran(name: string): void;
  /** How often `name` ran on this thread so far. */
  count(name: string): number;
  /** False for the oracle: plain LangGraph has no retries by default, so what is to be retried succeeds at once there. */
  flaky: boolean;
  /** To compile with. */
  options: { checkpointer?: BaseCheckpointSaver; store?: BaseStore; cache?: BaseCache };
}

export interface Observed {
  status: string;
  interrupts: { id: string; value: unknown }[];
  error?: { name: string; message: string };
  values: unknown;
}

export type InvokeOptions = Pick<
  RunOptions,
  'configurable' | 'context' | 'metadata' | 'recursionLimit' | 'checkpointId'
>;

/** What a script does with its thread. Each call that runs the graph is observed and compared. */
export interface ScenarioApi {
  /** Graph input, a Command, or null to go on from the head. */
  invoke(input: unknown, options?: InvokeOptions): Promise<Observed>;
  /** Answers the only pending interrupt. */
  answer(answer: unknown): Promise<Observed>;
  /** Answers each pending interrupt by its question; undefined leaves it pending. */
  answerEach(answer: (question: unknown) => unknown): Promise<Observed>;
  /** LangGraph's updateState; returns the new checkpoint's id. */
  edit(values: unknown, at?: { asNode?: string; checkpointId?: string }): Promise<string>;
  history(): Promise<HistoryEntry[]>;
}

export type Aspect = 'observations' | 'history' | 'executions';

/** A difference from plain LangGraph that is meant or cannot be helped. It is a failure when it is not there (any more). */
export interface KnownDifference {
  reason: string;
  aspects: Aspect[];
  /** Only in slices of these lengths, in ms. */
  sliceMs?: number[];
}

export interface Scenario {
  name: string;
  build(tools: ScenarioTools): GraphLike;
  script(api: ScenarioApi): Promise<void>;
  /** Compiled with a store or a cache of its own. */
  needs?: { store?: boolean; cache?: boolean };
  /** Run as a defined agent, with this policy for every node; without it as a bare graph. */
  retry?: RetryOptions;
  /** How often names run when retried; the rest is compared with the oracle. */
  executionsWhenRetried?: Record<string, number>;
  /** Channels that are left out of the comparison. */
  ignoreChannels?: string[];
  /** Channels whose items have no order: LangGraph replays the writes of parallel tasks to a DeltaChannel by their random ids. */
  unorderedChannels?: string[];
  knownDifference?: KnownDifference;
}
