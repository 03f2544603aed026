import type { RunnableConfig } from '@langchain/core/runnables';
import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';

/**
 * What a session knows about rows without asking: the fence keeps others out, so there is what it has read, and what it
 * has written since.
 */
export class KnownRows {
  /** By namespace: the checkpoint that tasks write under, and the tasks that have rows there. */
  readonly #tasks = new Map<string, { id: string; tasks: Set<string> }>();
  #ownHead = false;

  read(ns: string, tuple: CheckpointTuple): void {
    this.#tasks.set(ns, { id: tuple.checkpoint.id, tasks: new Set(tuple.pendingWrites?.map(([task]) => task)) });
  }

  put(ns: string, id: string): void {
    this.#tasks.set(ns, { id, tasks: new Set() });
  }

  /** The root checkpoint that tasks now run under is this session's. */
  committed(): void {
    this.#ownHead = true;
  }

  /** Whether the task may have rows already, before the ones that are about to be written. */
  mayHave(ns: string, checkpointId: string | undefined, taskId: string): boolean {
    const known = this.#tasks.get(ns);
    const may = known?.id !== checkpointId || known === undefined || known.tasks.has(taskId);
    known?.tasks.add(taskId);
    return may;
  }

  /**
   * Whether a subgraph is begun here for the first time: by a task of our own superstep, whose id comes from the
   * checkpoint that we wrote, so that nobody can have written below it. A round trip less for every call of a subgraph.
   */
  isNew(ns: string, { configurable }: RunnableConfig): boolean {
    const task: unknown = configurable?.__pregel_task_id;
    return (
      this.#ownHead &&
      configurable?.checkpoint_id === undefined &&
      typeof task === 'string' &&
      ns.includes(`:${task}`) &&
      // Without a task id at its beginning it is a subgraph that lives as long as the thread.
      ns.split('|', 1)[0]!.includes(':') &&
      !this.#tasks.has(ns)
    );
  }
}
