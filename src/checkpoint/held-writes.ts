import { merge, type WriteBatch } from './write-batch.js';

const keyOf = ({ ns, checkpointId, taskId }: WriteBatch): string => `${ns}\0${checkpointId}\0${taskId}`;

/**
 * Finished tasks' writes on their way to the database: held until the current turn of the event loop ends, for a
 * checkpoint to take along; then flushed together. Writes under a checkpoint that is itself still on its way wait for it:
 * without it nobody could use them.
 *
 * This only moves the moment between "a node has run" and "its writes are durable", in which a crash makes the node run
 * again, by the length of a turn; a node that blocks the event loop would hold up the statement itself just as long.
 */
export class HeldWrites {
  readonly #flush: (batches: WriteBatch[]) => Promise<void>;
  readonly #inFlight = new Map<Promise<void>, WriteBatch[]>();
  /** Checkpoints on their way, by id. */
  readonly #arriving = new Map<string, Promise<void>>();
  readonly #held = new Map<string, { batch: WriteBatch; resolve: (() => void)[] }>();
  #scheduled = false;

  /** `flush` stores batches in a statement of their own and never rejects. */
  constructor(flush: (batches: WriteBatch[]) => Promise<void>) {
    this.#flush = flush;
  }

  /** Resolves when the batch is durable, or when it is known that it never will be. */
  add(batch: WriteBatch): Promise<void> {
    const key = keyOf(batch);
    const earlier = this.#held.get(key);
    const entry = { batch: earlier ? merge(earlier.batch, batch) : batch, resolve: earlier?.resolve ?? [] };
    this.#held.set(key, entry);
    // Durable with its handler's outcome, and LangGraph may end without one: nobody may wait for it.
    if (batch.awaitsHandler) return Promise.resolve();
    this.#schedule();
    return new Promise((resolve) => entry.resolve.push(resolve));
  }

  /** Runs `put` with all that is held: its statement takes it along. Never rejects but with what `put` rejects with. */
  async alongWith(checkpointId: string, put: (batches: WriteBatch[]) => Promise<void>): Promise<void> {
    const { batches, resolve } = this.#take();
    const putting = put(batches);
    const settled = putting.catch(() => undefined);
    this.#arriving.set(checkpointId, settled);
    await settled;
    this.#arriving.delete(checkpointId);
    resolve();
    // What finished meanwhile has waited for this; the next checkpoint may be about to take it along.
    if (this.#held.size > 0) this.#schedule();
    await putting;
  }

  /** All that went off in a statement of its own has arrived, or failed. */
  async landed(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight.keys());
  }

  /** What has been handed over for a namespace can be read. */
  async readable(ns: string): Promise<void> {
    const concerned = (batch: WriteBatch) => batch.ns === ns;
    const held = [...this.#held.values()].map(({ batch }) => batch);
    if (held.some(concerned) || [...this.#inFlight.values()].flat().some(concerned)) await this.settled();
  }

  /** Sends what is held and waits for everything. */
  async settled(): Promise<void> {
    while (this.#held.size > 0 || this.#inFlight.size > 0 || this.#arriving.size > 0) {
      await Promise.all(this.#arriving.values());
      void this.#send(this.#take());
      await this.landed();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#send(this.#take((batch) => !this.#arriving.has(batch.checkpointId)));
    });
  }

  #take(which: (batch: WriteBatch) => boolean = () => true): { batches: WriteBatch[]; resolve: () => void } {
    const taken = [...this.#held].filter(([, { batch }]) => which(batch));
    for (const [key] of taken) this.#held.delete(key);
    return {
      batches: taken.map(([, { batch }]) => batch),
      resolve: () => taken.forEach(([, entry]) => entry.resolve.forEach((resolve) => resolve())),
    };
  }

  async #send({ batches, resolve }: { batches: WriteBatch[]; resolve: () => void }): Promise<void> {
    if (batches.length === 0) return;
    const sent = this.#flush(batches);
    this.#inFlight.set(sent, batches);
    await sent;
    this.#inFlight.delete(sent);
    resolve();
  }
}
