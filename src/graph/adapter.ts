/**
 * Everything that knows LangGraph's inside: reserved names, the shape of nodes, how a task presents itself to node code.
 * Seen on @langchain/langgraph 1.4.18; self-test.ts proves at start that the installed version still behaves this way.
 */
import type { Runnable, RunnableConfig } from '@langchain/core/runnables';
import {
  Command,
  GraphInterrupt,
  type BaseCheckpointSaver,
  type CheckpointTuple,
  type RetryPolicy as LangGraphRetryPolicy,
} from '@langchain/langgraph';
import type { CompiledGraph } from '../agent/definition.js';

export const START_NODE = '__start__';
export const INTERRUPT_CHUNK = '__interrupt__';
const PREVIOUS = '__previous__';
const RESUMING = '__pregel_resuming';
const CALL = '__pregel_call';
const REPLAY_STATE = '__pregel_replay_state';
const TASK_ID = '__pregel_task_id';
const HIDDEN = 'langsmith:hidden';

export interface NodeTimeout {
  runTimeout?: number;
  idleTimeout?: number;
  refreshOn?: 'auto' | 'heartbeat';
}

/** The fields of a PregelNode that a gate shadows or reads. */
export interface GraphNode {
  tags?: string[];
  errorHandlerNode?: string;
  bound: Runnable;
  retryPolicy?: LangGraphRetryPolicy;
  timeout?: NodeTimeout;
  isErrorHandler?: boolean;
  getNode(): Runnable | undefined;
}

/** The fields of a compiled graph that LangGraph does not declare public, or declares with types of the graph's own state. */
export interface GraphInternals {
  lg_is_pregel: true;
  nodes: Record<string, GraphNode>;
  channels: Record<string, unknown>;
  builder?: unknown;
  checkpointer?: unknown;
  retryPolicy?: LangGraphRetryPolicy;
  interruptBefore?: string[] | '*';
  interruptAfter?: string[] | '*';
}

export const internalsOf = (graph: CompiledGraph): GraphInternals => graph as unknown as GraphInternals;

/** Every compiled graph is one. */
export const asRunnable = (graph: CompiledGraph): Runnable => graph as unknown as Runnable;

export function isCompiledGraph(x: unknown): x is CompiledGraph {
  return typeof x === 'object' && x !== null && (x as { lg_is_pregel?: unknown }).lg_is_pregel === true;
}

/** entrypoint(...): one node whose body schedules task()s through `__pregel_call`. */
export function isEntrypoint(graph: CompiledGraph): boolean {
  const { builder, nodes, channels } = internalsOf(graph);
  return !builder && Object.keys(nodes).length === 1 && PREVIOUS in channels;
}

/** LangGraph's own nodes, such as START: breakpoints on `*` do not mean them. */
export const isHidden = (graph: CompiledGraph, node: string): boolean =>
  internalsOf(graph).nodes[node]?.tags?.includes(HIDDEN) ?? false;

/** What a task's config says of it. `path` names the enclosing subgraph nodes, outermost first; `within` is their namespace. */
export interface TaskIdentity {
  id: string;
  root: boolean;
  path: string[];
  within: string;
}

interface TaskConfig extends RunnableConfig {
  executionInfo?: { taskId?: string; checkpointNs?: string; checkpointId?: string; nodeAttempt?: number };
}

export function taskOf(config: RunnableConfig): TaskIdentity {
  const info = (config as TaskConfig).executionInfo;
  const ns = (info?.checkpointNs ?? (config.configurable?.['checkpoint_ns'] as string | undefined) ?? '').split('|');
  const id = info?.taskId ?? (config.configurable?.[TASK_ID] as string | undefined) ?? '';
  const within = ns.slice(0, -1);
  return { id, root: ns.length <= 1, path: within.map((part) => part.split(':')[0] ?? part), within: within.join('|') };
}

/** The namespace in which a subgraph with its own checkpointer (`checkpointer: true`) keeps its state: without task ids. */
export function statefulNamespace(config: RunnableConfig): string {
  const ns = (config as TaskConfig).executionInfo?.checkpointNs ?? '';
  return ns
    .split('|')
    .map((part) => part.split(':')[0])
    .join('|');
}

export const parentCheckpointId = (config: RunnableConfig): string | undefined =>
  (config as TaskConfig).executionInfo?.checkpointId;

export const isResuming = (config: RunnableConfig): boolean => config.configurable?.[RESUMING] === true;

export function withConfigurable(config: RunnableConfig, patch: Record<string, unknown>): RunnableConfig {
  return { ...config, configurable: { ...config.configurable, ...patch } };
}

export const withResuming = (config: RunnableConfig, resuming: boolean): RunnableConfig =>
  withConfigurable(config, { [RESUMING]: resuming });

/** Lets `load` choose the checkpoint that a nested graph begins with (pregel/replay.ts). */
export const withReplay = (
  config: RunnableConfig,
  load: (saver: BaseCheckpointSaver, at: RunnableConfig) => Promise<CheckpointTuple | undefined>,
): RunnableConfig => {
  const getCheckpoint = (_ns: string, saver: BaseCheckpointSaver, at: RunnableConfig) => load(saver, at);
  return withConfigurable(config, { [REPLAY_STATE]: { getCheckpoint } });
};

/** LangGraph tests for the key: an undefined checkpoint_id makes a finished subgraph run again. */
export function withoutUndefinedCheckpointId(config: RunnableConfig): RunnableConfig {
  const { configurable } = config;
  if (!configurable || !('checkpoint_id' in configurable) || configurable['checkpoint_id'] !== undefined) return config;
  const { checkpoint_id: _, ...rest } = configurable;
  return { ...config, configurable: rest };
}

/** Which try this is, as node code sees it in `runtime.executionInfo`. */
export function withAttempt(config: RunnableConfig, attempt: number): RunnableConfig {
  const { executionInfo } = config as TaskConfig;
  return executionInfo
    ? ({ ...config, executionInfo: { ...executionInfo, nodeAttempt: attempt } } as RunnableConfig)
    : config;
}

export interface CallOptions {
  retry?: LangGraphRetryPolicy;
  timeout?: NodeTimeout;
}
type Task = (...args: unknown[]) => unknown;
export type ScheduleCall = (task: Task, name: string, args: unknown, options: CallOptions) => Promise<unknown>;

/** Lets `wrap` stand between an entrypoint's body and the scheduler of its task()s. */
export function withCalls(config: RunnableConfig, wrap: (schedule: ScheduleCall) => ScheduleCall): RunnableConfig {
  const schedule = config.configurable?.[CALL] as ScheduleCall | undefined;
  return schedule ? withConfigurable(config, { [CALL]: wrap(schedule) }) : config;
}

/** Thrown by a task that is not done: LangGraph saves nothing for it and leaves the superstep uncommitted. */
export const blocked = (): GraphInterrupt => new GraphInterrupt([]);

/**
 * A Command whose answers are rows already. LangGraph takes it for a resumption, since `resume` is not null, and finds nothing in
 * it to answer with, since it is falsy (pregel/loop.ts, isResuming; pregel/io.ts, mapCommand).
 */
export const answeredCommand = (command: object): Command => new Command({ ...command, resume: false });
