import { isHoldfastError } from '../errors.js';
import { contains, storageError } from './errors.js';

/** The first thing that went wrong in a session: what fails afterwards follows from it. */
export class FirstFailure {
  readonly #own = new WeakSet<object>();
  readonly #noticed: (error: unknown) => void;
  #failure: { error: unknown } | undefined;

  /** `noticed` is called once. */
  constructor(noticed: (error: unknown) => void) {
    this.#noticed = noticed;
  }

  get happened(): boolean {
    return this.#failure !== undefined;
  }

  throw(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Remembers the failure if it is the first, and returns the first. */
  of(e: unknown): unknown {
    if (this.#failure) return this.#failure.error;
    const error = storageError(e);
    this.#failure = { error };
    // State that cannot be stored is the graph's doing: another attempt would end in the same way.
    if (!isHoldfastError(error, 'STATE_UNSERIALIZABLE')) {
      for (const own of [error, e]) if (typeof own === 'object' && own !== null) this.#own.add(own);
    }
    this.#noticed(error);
    return error;
  }

  /** Whether `e` is it, at any depth of causes and aggregates, and infrastructure is to blame. */
  includes(e: unknown): boolean {
    return contains(this.#own, e);
  }
}
