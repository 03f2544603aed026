import { merge, type WriteBatch } from './write-batch.js';

const keyOf = ({ ns, checkpointId, taskId }: WriteBatch): string => `${ns}\0${checkpointId}\0${taskId}`;

/**
 * Finished tasks' writes on their way to the database: held until the current turn of the event loop ends, for a
 * checkpoint to take along; then flushed together.
 *
 * It only moves the moment between "a node has run" and "its writes are durable", in which a crash makes the node run
 * again, by the length of a turn; a node that blocks the event loop would hold up the statement itself just as long.
 */
export class HeldWrites {
  readonly #flush: (batches: WriteBatch[]) => Promise<void>;
  readonly #inFlight = new Map<Promise<void>, WriteBatch[]>();
  #batches = new Map<string, WriteBatch>();
  /** For those who wait for the batches held now. */
  #promise: Promise<void> | undefined;
  #resolve: (() => void) | undefined;
  #scheduled = false;

  constructor(flush: (batches: WriteBatch[]) => Promise<void>) {
    this.#flush = flush;
  }

  /** Resolves when the batch is durable, or when it is known that it never will be. */
  add(batch: WriteBatch): Promise<void> {
    const key = keyOf(batch);
    const earlier = this.#batches.get(key);
    this.#batches.set(key, earlier ? merge(earlier, batch) : batch);
    // Durable with its handler's outcome, and LangGraph may end without one: nobody may wait for it.
    if (batch.awaitsHandler) return Promise.resolve();
    this.#promise ??= new Promise((resolve) => (this.#resolve = resolve));
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        void this.#send();
      });
    }
    return this.#promise;
  }

  /** Hands all held batches to a checkpoint that takes them along. */
  take(): { batches: WriteBatch[]; resolve: (() => void) | undefined } {
    const taken = { batches: [...this.#batches.values()], resolve: this.#resolve };
    this.#batches = new Map();
    this.#promise = this.#resolve = undefined;
    return taken;
  }

  /** All that went off in a statement of its own has arrived, or failed. */
  async landed(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight.keys());
  }

  /** What has been handed over for a namespace can be read. */
  async readable(ns: string): Promise<void> {
    const concerned = (batches: Iterable<WriteBatch>) => [...batches].some((batch) => batch.ns === ns);
    if (concerned(this.#batches.values()) || concerned([...this.#inFlight.values()].flat())) await this.settled();
  }

  /** Sends what is held and waits for everything. */
  async settled(): Promise<void> {
    while (this.#batches.size > 0 || this.#inFlight.size > 0) {
      void this.#send();
      await this.landed();
    }
  }

  async #send(): Promise<void> {
    const { batches, resolve } = this.take();
    if (batches.length === 0) return;
    const sent = this.#flush(batches);
    this.#inFlight.set(sent, batches);
    await sent;
    this.#inFlight.delete(sent);
    resolve?.();
  }
}
