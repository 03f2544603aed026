import * as messageModule from '@langchain/core/messages';
import { DeltaSnapshot } from '@langchain/langgraph-checkpoint';

/** Thrown out of a value that only LangGraph's own reader understands. */
export const BEYOND = new Error('only LangGraph can read this');

type Fields = Record<string, unknown>;

/**
 * What LangGraph's serde makes of parsed JSON, in place and at once: it awaits every value, which takes 0.2 s for a
 * thousand messages. Messages, undefined, Map, Set and the like are known here.
 * @throws BEYOND for everything else; the caller then asks LangGraph.
 */
export function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = revive(value[i]);
    return value;
  }
  const fields = value as Fields;
  if (fields.lc === 1 && fields.type === 'constructor') return reviveMessage(fields);
  for (const key in fields) {
    const inner = fields[key];
    if (typeof inner === 'object' && inner !== null) fields[key] = revive(inner);
  }
  return fields.lc === undefined ? fields : reviveRecord(fields);
}

function reviveRecord(fields: Fields): unknown {
  if (fields.lc !== 2) throw BEYOND;
  if (fields.type === 'undefined') return undefined;
  if (fields.type === 'delta_snapshot' && 'value' in fields) return new DeltaSnapshot(fields.value);
  const [name, ...more] = Array.isArray(fields.id) ? (fields.id as unknown[]) : [];
  const args = fields.args;
  if (fields.type !== 'constructor' || more.length > 0 || !Array.isArray(args) || fields.method != null) throw BEYOND;
  const [only] = args as unknown[];
  if (name === 'Set' && args.length === 1 && Array.isArray(only)) return new Set(only);
  if (name === 'Map' && args.length === 1 && Array.isArray(only) && only.every(isPair)) return new Map(only);
  if (name === 'Error' && args.length === 1 && typeof only === 'string') return new Error(only);
  throw BEYOND;
}

const isPair = (entry: unknown): entry is [unknown, unknown] => Array.isArray(entry) && entry.length === 2;

type MessageClass = new (fields: Fields) => unknown;
interface Known {
  create: MessageClass;
  /** Field names by their names in JSON. */
  names: Map<string, string>;
  aliases: Record<string, string>;
}
const classes = new Map<string, Known>();

function reviveMessage({ id, kwargs }: Fields): unknown {
  if (!Array.isArray(id) || id.length !== 3 || id[0] !== 'langchain_core' || id[1] !== 'messages') throw BEYOND;
  const known = classes.get(id[2] as string) ?? learn(id[2] as string);
  const fields: Fields = {};
  for (const [key, value] of Object.entries(kwargs as Fields)) {
    const data = dataOf(value);
    if (data !== undefined) fields[nameOf(known, key)] = data;
  }
  return new known.create(fields);
}

/** LangGraph passes the fields through JSON once more: undefined goes, or becomes null in a list. */
function dataOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = dataOf(value[i]) ?? null;
    return value;
  }
  const fields = value as Fields;
  if ('lc' in fields) {
    if (fields.lc === 2 && fields.type === 'undefined') return undefined;
    throw BEYOND;
  }
  if ('__lc_escaped__' in fields) throw BEYOND;
  for (const key in fields) {
    const inner = fields[key];
    if (typeof inner !== 'object' || inner === null) continue;
    const data = dataOf(inner);
    if (data === undefined) delete fields[key];
    else fields[key] = data;
  }
  return fields;
}

function learn(name: string): Known {
  const found = (messageModule as unknown as Record<string, unknown>)[name];
  if (typeof found !== 'function') throw BEYOND;
  const aliases: Record<string, string> = {};
  for (
    let current = found as { prototype?: object };
    current.prototype;
    current = Object.getPrototypeOf(current) as typeof found
  ) {
    for (const [field, json] of Object.entries(
      (Reflect.get(current.prototype, 'lc_aliases') as Fields | undefined) ?? {},
    )) {
      aliases[json as string] = field;
    }
  }
  const known = { create: found as MessageClass, names: new Map<string, string>(), aliases };
  classes.set(name, known);
  return known;
}

/** The names that LangChain's loader gives: an alias, or camel case. */
function nameOf({ names, aliases }: Known, key: string): string {
  let name = names.get(key);
  if (name === undefined) {
    name = aliases[key] ?? camelCase(key);
    if (names.size < 100) names.set(key, name);
  }
  return name;
}

const camelCase = (key: string): string =>
  /[-_\s]/.test(key.trim())
    ? key
        .trim()
        .replace(/[-_\s]+/g, '_')
        .toLowerCase()
        .replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : key.trim();
