import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getConfig } from '@langchain/langgraph';

/** One execution of node code, tool or task, as the code itself saw it. */
export interface Execution {
  /** What ran. */
  name: string;
  /** The superstep, counted in its own namespace. */
  step: number;
  /** The nodes that enclose it, outermost first; empty at the root. */
  path: string[];
  /** LangGraph's id of the task it ran in: the same when a task is run again after a crash. */
  taskId: string;
}

/** An append-only log per thread, kept outside everything that could be rolled back with the graph's state. */
export interface SideEffects {
  /** Called by node code. */
  ran(name: string): void;
  /** How often it ran on the current thread; called by node code. */
  count(name: string): number;
  executions(threadId: string): Execution[];
}

/** `alive` is false for code of a process that a test has declared dead: what it still does did not happen. */
export function createSideEffects(directory: string, alive: () => boolean = () => true): SideEffects {
  const fileOf = (threadId: string): string => join(directory, `${threadId}.log`);
  const executions = (threadId: string): Execution[] =>
    readLines(fileOf(threadId)).map((line) => JSON.parse(line) as Execution);

  return {
    executions,
    ran(name) {
      if (!alive()) return;
      const { threadId, ...where } = currentTask();
      appendFileSync(fileOf(threadId), `${JSON.stringify({ name, ...where })}\n`);
    },
    count(name) {
      return executions(currentTask().threadId).filter((execution) => execution.name === name).length;
    },
  };
}

function currentTask(): Omit<Execution, 'name'> & { threadId: string } {
  const { configurable = {}, metadata = {} } = getConfig();
  const namespace = String(metadata['langgraph_checkpoint_ns'] ?? configurable['checkpoint_ns'] ?? '');
  return {
    threadId: String(configurable['thread_id']),
    taskId: String(configurable['__pregel_task_id'] ?? ''),
    step: Number(metadata['langgraph_step']),
    path: namespace
      .split('|')
      .slice(0, -1)
      .map((part) => part.split(':')[0] ?? part),
  };
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw e;
  }
}
