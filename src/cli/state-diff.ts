import { isDeepStrictEqual } from 'node:util';
import { toPlain } from './plain.js';

export interface Change {
  /** As in `messages[2].content`. */
  path: string;
  change: 'added' | 'removed' | 'changed';
  before?: unknown;
  after?: unknown;
}

/** What differs between two states, by path, in the order of the keys. Items of a list are compared by their place. */
export function diffState(before: unknown, after: unknown): Change[] {
  return diff('', toPlain(before), toPlain(after));
}

export function renderChange({ path, change, before, after }: Change): string {
  if (change === 'added') return `+ ${path}: ${JSON.stringify(after)}`;
  if (change === 'removed') return `- ${path}: ${JSON.stringify(before)}`;
  return `~ ${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
}

function diff(path: string, before: unknown, after: unknown): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [{ path, change: 'added', after }];
  if (after === undefined) return [{ path, change: 'removed', before }];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => diff(path ? `${path}.${key}` : key, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => diff(`${path}[${i}]`, before[i] as unknown, after[i] as unknown)).flat();
  }
  return [{ path, change: 'changed', before, after }];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
