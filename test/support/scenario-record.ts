/** What is kept of a scenario's course, free of what differs from run to run: ids and times. */
import { isBaseMessage, type BaseMessage } from '@langchain/core/messages';
import type { StateSnapshot } from '@langchain/langgraph';
import type { CompiledGraph } from '../../src/agent/definition.js';
import type { Observed } from './scenario-types.js';
import type { Execution } from './side-effects.js';

export interface Observation {
  status: string;
  /** Values of the pending interrupts, sorted. */
  interrupts: unknown[];
  error?: string;
  values: unknown;
  /** Which node ran at which superstep since the last observation, sorted. */
  executions: string[];
  /** The root supersteps in the order in which their nodes ran. */
  rootSteps: number[];
}

export interface HistoryEntry {
  /** Not compared: scripts use it to go back. */
  checkpointId: string;
  source: string;
  step: number;
  next: string[];
  values: unknown;
  tasks: unknown[];
}

export interface Recording {
  observations: Observation[];
  /** Newest first. */
  history: HistoryEntry[];
}

export function observation(observed: Observed, executions: Execution[]): Observation {
  const { status, interrupts, error, values } = observed;
  return {
    status,
    interrupts: interrupts.map((interrupt) => plainOf(interrupt.value)).sort(byJson),
    ...(error && { error: `${error.name}: ${error.message}` }),
    values: plainOf(values),
    executions: executions.map(({ path, step, name }) => [...path, step, name].join(' ')).sort(),
    rootSteps: executions
      .filter(({ path }) => path.length === 0)
      .map(({ step }) => step)
      .filter((step, i, steps) => step !== steps[i - 1]),
  };
}

export async function readHistory(graph: CompiledGraph, threadId: string): Promise<HistoryEntry[]> {
  const history: HistoryEntry[] = [];
  for await (const snapshot of graph.getStateHistory({ configurable: { thread_id: threadId } })) {
    history.push(historyEntry(snapshot));
  }
  return history;
}

function historyEntry({ config, metadata, next, values, tasks }: StateSnapshot): HistoryEntry {
  return {
    checkpointId: String(config.configurable?.['checkpoint_id']),
    source: String(metadata?.source),
    step: Number(metadata?.step),
    next: [...next].sort(),
    values: plainOf(values),
    tasks: tasks
      .map((task) => ({
        name: task.name,
        interrupts: task.interrupts.map((interrupt) => plainOf(interrupt.value)),
        ...(task.error !== undefined && { error: errorText(task.error) }),
        ...(task.result !== undefined && { result: plainOf(task.result) }),
      }))
      .sort(byJson),
  };
}

/** Errors come back from a checkpoint as plain objects. */
function errorText(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** JSON-like data: messages with their class and without ids, Sends by their target, no undefined properties. */
export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  if (isBaseMessage(value)) return messageOf(value);
  if ('lg_name' in value && value.lg_name === 'Send' && 'node' in value && 'args' in value) {
    return { send: value.node, args: plainOf(value.args) };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, property]) => property !== undefined)
      .map(([key, property]) => [key, plainOf(property)]),
  );
}

function messageOf(message: BaseMessage): unknown {
  const { content, name, additional_kwargs } = message;
  const { tool_calls, tool_call_id, status } = message as Partial<{
    tool_calls: unknown[];
    tool_call_id: string;
    status: string;
  }>;
  return plainOf({
    class: message.constructor.name,
    content,
    name,
    additional_kwargs,
    tool_calls,
    tool_call_id,
    status,
  });
}

const byJson = (a: unknown, b: unknown): number => (JSON.stringify(a) ?? '').localeCompare(JSON.stringify(b) ?? '');
