import { INTERRUPT, type PendingWrite } from '@langchain/langgraph-checkpoint';

/** An interrupt as a row keeps it. */
export interface StoredInterrupt {
  id?: string;
  value?: unknown;
  /** The task that asks, where it is not the row's own. */
  asked_by?: string;
}

/**
 * A question of a task() is stored twice in one namespace: for the task, and for the body that waits for it, with the same id.
 * The answer belongs to the task alone: the body would take it for the answer to a later question of its own. The task is always
 * the first to be stored.
 */
export class Askers {
  readonly #byQuestion = new Map<string, string>();

  /** The writes, with questions that another task of the same superstep asks marked with that task. */
  mark(
    { ns, checkpointId, taskId }: { ns: string; checkpointId: string; taskId: string },
    writes: PendingWrite[],
  ): PendingWrite[] {
    return writes.map(([channel, value]) => {
      const { id } = (value ?? {}) as StoredInterrupt;
      if (channel !== INTERRUPT || id === undefined) return [channel, value];
      const question = `${ns}\0${checkpointId}\0${id}`;
      const asker = this.#byQuestion.get(question) ?? taskId;
      this.#byQuestion.set(question, asker);
      return [channel, asker === taskId ? value : { ...(value as StoredInterrupt), asked_by: asker }];
    });
  }
}
