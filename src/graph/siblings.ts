/** The tasks that run in one superstep of one graph, root or nested. */
export interface Sibling {
  /** This task is done, or only waits for the others. Calling it again changes nothing. */
  leave(): void;
  /** Resolves when every other task has left and LangGraph has taken its result. */
  alone(): Promise<void>;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * A final failure makes LangGraph abort the rest of the superstep: code that no longer counts would run on beside whatever comes
 * next, and work that is done would be lost. So it is thrown only when the others are through.
 */
export class Siblings {
  readonly #running = new Map<string, Set<symbol>>();
  #left = new Set<() => void>();

  /** `namespace` is that of the graph the task belongs to. */
  enter(namespace: string): Sibling {
    const task = Symbol(namespace);
    const running = this.#running.get(namespace) ?? new Set();
    this.#running.set(namespace, running.add(task));
    return {
      leave: () => {
        if (!running.delete(task)) return;
        if (running.size === 0) this.#running.delete(namespace);
        for (const wake of this.#left) wake();
        this.#left = new Set();
      },
      alone: async () => {
        while ([...running].some((other) => other !== task)) {
          await new Promise<void>((resolve) => this.#left.add(resolve));
        }
        await turn();
      },
    };
  }
}
