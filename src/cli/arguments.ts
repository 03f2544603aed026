import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { msToNumber, type Duration } from '@temporalio/common/lib/time.js';
import { InvalidArgumentError } from 'commander';
import { HoldfastError } from '../errors.js';

/** For commander: `30s`, `2m`, `1h` or milliseconds, as milliseconds. */
export function durationArgument(value: string): number {
  try {
    const ms = msToNumber((/^\d+$/.test(value) ? Number(value) : value) as Duration);
    if (ms >= 0) return ms;
  } catch {
    // said below
  }
  throw new InvalidArgumentError('Write a duration such as 500ms, 30s, 2m or 1h.');
}

export function countArgument(value: string): number {
  const n = Number(value);
  if (Number.isInteger(n) && n > 0) return n;
  throw new InvalidArgumentError('Write a whole number above 0.');
}

/** For options that may be repeated. */
export const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/**
 * JSON given as text, as `@file`, or as `-` for stdin. `option` names it in errors.
 * @throws INPUT_INVALID
 */
export async function readJson(value: string, option: string, stdin: Readable): Promise<unknown> {
  return parseJson(await contentOf(value, option, stdin), value === '-' ? 'stdin' : option);
}

/** @throws INPUT_INVALID unless it is a JSON object. */
export async function readJsonObject(value: string, option: string, stdin: Readable): Promise<Record<string, unknown>> {
  const parsed = await readJson(value, option, stdin);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  throw new HoldfastError('INPUT_INVALID', `${option} has to be a JSON object`, {
    next: `for instance ${option} '{"key": "value"}'`,
  });
}

export function parseJson(content: string, option: string): unknown {
  try {
    return JSON.parse(content);
  } catch (e) {
    throw new HoldfastError('INPUT_INVALID', `${option} is not JSON: ${(e as Error).message}`, {
      next: `a text needs its own quotes: ${option} '"text"'`,
    });
  }
}

async function contentOf(value: string, option: string, stdin: Readable): Promise<string> {
  if (value === '-') return text(stdin);
  if (!value.startsWith('@')) return value;
  return readFile(value.slice(1), 'utf8').catch((e: unknown) => {
    throw new HoldfastError('INPUT_INVALID', `${option}: ${value.slice(1)} cannot be read`, {
      cause: e,
      next: 'correct the file name after @',
    });
  });
}
