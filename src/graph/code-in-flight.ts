import { Runnable, RunnablePassthrough, type RunnableConfig } from '@langchain/core/runnables';

/**
 * Knows when node code has really ended. LangChain's sequences answer an abort at once and leave the code to itself
 * (raceWithSignal in runnables/base.ts), so the promise of a whole node says nothing about it.
 */
export class CodeInFlight {
  readonly #running = new Set<Promise<unknown>>();

  /** The same code, watched. LangGraph recognises a node without code by its RunnablePassthrough, which therefore stays. */
  watch(code: Runnable): Runnable {
    return code instanceof RunnablePassthrough ? code : new Watched(code, this.#running);
  }

  /** Resolves when nothing of it runs any more, however it ended. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}

class Watched extends Runnable {
  override lc_namespace = ['holdfast'];

  constructor(
    private readonly code: Runnable,
    private readonly running: Set<Promise<unknown>>,
  ) {
    super({});
  }

  override invoke(input: unknown, config?: RunnableConfig): Promise<unknown> {
    const promise = this.code.invoke(input, config);
    this.running.add(promise);
    const ended = (): void => void this.running.delete(promise);
    promise.then(ended, ended);
    return promise;
  }
}
