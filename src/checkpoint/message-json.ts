import { BaseMessage } from '@langchain/core/messages';

/**
 * The JSON of messages, kept while they live: a conversation is written anew at every step, and all but its last messages
 * are the ones of the step before. Messages can be changed in place, so what the JSON was made of is compared each time,
 * leaf by leaf: a tenth of the cost of writing it again.
 */
export function createMessageJson(write: (message: BaseMessage) => string): (message: BaseMessage) => string {
  const known = new WeakMap<BaseMessage, { leaves: unknown[]; json: string }>();
  return (message) => {
    const before = known.get(message);
    if (before && compare(message, before.leaves)) return before.json;
    const json = write(message);
    const leaves: unknown[] = [];
    if (flatten(message, leaves)) known.set(message, { leaves, json });
    return json;
  };
}

export const isMessage = (value: unknown): value is BaseMessage =>
  typeof value === 'object' && value !== null && 'lc_kwargs' in value && BaseMessage.isInstance(value);

const ARRAY = Symbol('array');
const OBJECT = Symbol('object');
/** Deeper than any message; a cycle ends here. */
const DEPTH = 32;

type Fields = Record<string, unknown>;

/** What `toJSON` reads of a message, in its order: the constructor's fields, as they are now. false: it holds more than plain data. */
function flatten(message: BaseMessage, out: unknown[]): boolean {
  const now = message as unknown as Fields;
  const given: Fields = message.lc_kwargs;
  for (const key in given) {
    out.push(key);
    if (!flattenValue(key in now ? now[key] : given[key], out, 0)) return false;
  }
  return true;
}

function flattenValue(value: unknown, out: unknown[], depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    out.push(value);
    return typeof value !== 'function' && typeof value !== 'symbol';
  }
  if (depth > DEPTH) return false;
  if (Array.isArray(value)) {
    out.push(ARRAY, value.length);
    return value.every((item) => flattenValue(item, out, depth + 1));
  }
  if (!isPlain(value)) return false;
  out.push(OBJECT);
  for (const key in value) {
    out.push(key);
    if (!flattenValue((value as Fields)[key], out, depth + 1)) return false;
  }
  out.push(OBJECT);
  return true;
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

function compare(message: BaseMessage, leaves: unknown[]): boolean {
  const now = message as unknown as Fields;
  const given: Fields = message.lc_kwargs;
  let at = 0;
  for (const key in given) {
    if (leaves[at] !== key) return false;
    at = compareValue(key in now ? now[key] : given[key], leaves, at + 1, 0);
    if (at < 0) return false;
  }
  return at === leaves.length;
}

/** The place after the value, or -1 where it differs. */
function compareValue(value: unknown, leaves: unknown[], start: number, depth: number): number {
  if (typeof value !== 'object' || value === null) return leaves[start] === value ? start + 1 : -1;
  if (depth > DEPTH) return -1;
  let at = start;
  if (Array.isArray(value)) {
    if (leaves[at] !== ARRAY || leaves[at + 1] !== value.length) return -1;
    at += 2;
    for (const item of value) {
      at = compareValue(item, leaves, at, depth + 1);
      if (at < 0) return -1;
    }
    return at;
  }
  if (leaves[at] !== OBJECT || !isPlain(value)) return -1;
  at += 1;
  for (const key in value) {
    if (leaves[at] !== key) return -1;
    at = compareValue((value as Fields)[key], leaves, at + 1, depth + 1);
    if (at < 0) return -1;
  }
  return leaves[at] === OBJECT ? at + 1 : -1;
}
