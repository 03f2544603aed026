import type { Stored } from './codec.js';

/** Many values in one binary parameter, so that a statement has one shape however many it carries. */
export interface Payload {
  types: string[];
  /** From 1, as SQL counts. */
  starts: number[];
  /** null: no bytes at all (an empty channel). */
  lengths: (number | null)[];
  bytes: Buffer;
}

/** A value that occurs twice (a task's write that becomes the channel's value) is sent once. */
export function pack(values: Stored[]): Payload {
  const parts: Uint8Array[] = [];
  const places = new Map<unknown, number>();
  const payload: Payload = { types: [], starts: [], lengths: [], bytes: Buffer.alloc(0) };
  let size = 0;
  for (const { type, data } of values) {
    payload.types.push(type);
    if (data === null) {
      payload.starts.push(1);
      payload.lengths.push(null);
      continue;
    }
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    let place = places.get(data);
    if (place === undefined) {
      place = size + 1;
      places.set(data, place);
      parts.push(bytes);
      size += bytes.byteLength;
    }
    payload.starts.push(place);
    payload.lengths.push(bytes.byteLength);
  }
  payload.bytes = parts.length === 1 ? asBuffer(parts[0]!) : Buffer.concat(parts, size);
  return payload;
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
