import type { Phase } from '../runs/types.js';
import type { CheckpointCache } from './cache.js';
import type { Stored } from './codec.js';
import type { CheckpointRecord } from './tuple.js';
import type { WriteBatch } from './write-batch.js';

/** Keeps the cache's entry of a thread in step with what a session makes durable, so that the next slice begins without a read. */
export class StickyHead {
  readonly #cache: CheckpointCache;
  readonly #threadId: string;
  readonly #phase: Phase;
  #record: CheckpointRecord | undefined;

  constructor(cache: CheckpointCache, { threadId, phase }: { threadId: string; phase: Phase }) {
    this.#cache = cache;
    this.#threadId = threadId;
    this.#phase = phase;
  }

  cached(head: string): CheckpointRecord | undefined {
    return this.#cache.get(this.#threadId, head);
  }

  loaded(record: CheckpointRecord | undefined): void {
    this.#record = record;
  }

  /** A root checkpoint is durable: the values of the one before, with those that changed. */
  committed(put: {
    id: string;
    parentId: string | undefined;
    checkpoint: string;
    metadata: string;
    values: { channel: string; value: Stored }[];
  }): void {
    const before = this.#record;
    if (before?.id !== put.parentId) {
      this.forget();
      return;
    }
    const values = new Map(before?.values);
    for (const { channel, value } of put.values) {
      if (value.data === null) values.delete(channel);
      else values.set(channel, value);
    }
    const { id, parentId = null, checkpoint, metadata } = put;
    this.#record = { threadId: this.#threadId, ns: '', id, parentId, checkpoint, metadata, values, writes: [] };
    this.#cache.set(this.#record, this.#phase);
  }

  /** Writes are durable that no checkpoint has taken along: they wait under the head. */
  async wrote(batches: WriteBatch[]): Promise<void> {
    for (const { ns, checkpointId, taskId, rows, whole } of batches) {
      if (ns !== '') continue;
      const writes = await Promise.all(rows.map(async (row) => ({ taskId, ...row, value: await row.value })));
      this.#cache.addWrites(this.#threadId, checkpointId, this.#phase, taskId, writes, whole);
    }
  }

  forget(): void {
    this.#record = undefined;
    this.#cache.delete(this.#threadId);
  }
}
