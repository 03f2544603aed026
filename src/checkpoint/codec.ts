import { DeltaSnapshot, MemorySaver, type SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { unserializable } from './errors.js';
import { createMessageJson, isMessage } from './message-json.js';
import { BEYOND, revive } from './revive.js';

/** A value as the tables keep it: LangGraph's serde type and its bytes; null bytes are an empty channel. */
export interface Stored {
  type: string;
  data: Uint8Array | string | null;
}

export interface Codec {
  /** @throws STATE_UNSERIALIZABLE for what cannot be read back. */
  dump(value: unknown): Stored | Promise<Stored>;
  load(stored: Stored): unknown;
}

export const EMPTY: Stored = { type: 'empty', data: null };

const decoder = new TextDecoder();

/** The format of LangGraph's own serde, so that its PostgresSaver reads what we write and the reverse. */
export function createCodec(): Codec & SerializerProtocol {
  const stock = new MemorySaver().serde;
  const dump = (value: unknown): Stored =>
    value instanceof Uint8Array ? { type: 'bytes', data: value } : { type: 'json', data: Buffer.from(toJson(value)) };
  const load = (stored: Stored): unknown => {
    if (stored.type !== 'json') return stock.loadsTyped(stored.type, stored.data ?? '');
    const text = typeof stored.data === 'string' ? stored.data : decoder.decode(stored.data ?? undefined);
    try {
      return revive(JSON.parse(text));
    } catch (e) {
      if (e !== BEYOND) throw e;
      return stock.loadsTyped('json', text);
    }
  };
  return {
    dump,
    load,
    dumpsTyped: async (value) => {
      const { type, data } = dump(value);
      return [type, data as Uint8Array];
    },
    loadsTyped: async (type, data) => load({ type, data }),
  };
}

export const allStored = (values: (Stored | Promise<Stored>)[]): Promise<Stored[]> =>
  Promise.all(values.map(async (value) => value));

/** Somebody's own serde: encryption, for example. */
export function codecOf(serde: SerializerProtocol): Codec {
  return {
    dump: async (value) => {
      const [type, data] = await serde.dumpsTyped(value);
      return { type, data };
    },
    load: ({ type, data }) => serde.loadsTyped(type, data ?? ''),
  };
}

/** As JavaScript has it: a function alone has no text. */
const stringify = JSON.stringify as (
  value: unknown,
  replacer: (key: string, value: unknown) => unknown,
) => string | undefined;
const plain = (value: unknown): string | undefined => stringify(value, (_key, inner) => encode(inner));

/**
 * JSON text as LangGraph's serde writes it. Where that one stores a sentence in place of a value it cannot write
 * (a cycle, a bigint, a function), this throws: the value would be lost at the next load.
 */
export function toJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = write(value, 0);
  } catch (e) {
    throw unserializable(e instanceof Error ? (e.message.split('\n')[0] ?? '') : String(e), e);
  }
  if (text === undefined) throw unserializable(`a ${typeof value} is not data`, undefined);
  return text;
}

const messageJson = createMessageJson((message) => plain(message)!);

/** The same text as `plain` writes, with what is known of messages that lie on the way: in lists, in a node's input, in a Send. */
function write(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth > 3) return plain(value);
  if (isMessage(value)) return messageJson(value);
  if (Array.isArray(value)) {
    return value.some(isMessage)
      ? `[${value.map((item) => write(item, depth + 1) ?? 'null').join(',')}]`
      : plain(value);
  }
  if ('toJSON' in value) return plain(value);
  const fields = encode(value) as Record<string, unknown>;
  if (Object.getPrototypeOf(fields) !== Object.prototype || !Object.values(fields).some(mayHoldMessages))
    return plain(value);
  const parts: string[] = [];
  for (const [key, inner] of Object.entries(fields)) {
    const text = write(inner, depth + 1);
    if (text !== undefined) parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}

/** A look at the surface: lists of messages begin with one. */
const mayHoldMessages = (value: unknown): boolean =>
  Array.isArray(value)
    ? isMessage(value[0])
    : typeof value === 'object' &&
      value !== null &&
      Object.values(value).some((inner) => Array.isArray(inner) && isMessage(inner[0]));

function encode(value: unknown): unknown {
  if (value === undefined) return { lc: 2, type: 'undefined' };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof DeltaSnapshot) return { lc: 2, type: 'delta_snapshot', value: value.value as unknown };
  if (value instanceof Set || value instanceof Map)
    return constructed(value.constructor.name, null, [Array.from(value)]);
  if (value instanceof RegExp) return constructed('RegExp', null, [value.source, value.flags]);
  if (value instanceof Error) return constructed('Error', null, [value.message]);
  if ('lg_name' in value && value.lg_name === 'Send') {
    const { node, args, timeout } = value as { node?: unknown; args?: unknown; timeout?: unknown };
    return timeout === undefined ? { node, args } : { node, args, timeout };
  }
  if (value instanceof Uint8Array) return constructed('Uint8Array', 'from', [Array.from(value)]);
  return value;
}

const constructed = (name: string, method: string | null, args: unknown[]) => ({
  lc: 2,
  type: 'constructor',
  id: [name],
  method,
  args,
  kwargs: {},
});

export const toJsonb = (value: unknown): string => forJsonb(toJson(value));

/** JSON text that a jsonb column takes: it refuses NUL characters and halves of surrogate pairs, which text may hold. */
export function forJsonb(text: string): string {
  return /\\u(0000|d[89a-f])/.test(text) ? JSON.stringify(storable(JSON.parse(text))) : text;
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), storable(inner)]));
}
