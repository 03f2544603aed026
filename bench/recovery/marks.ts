/** A file in which code of several processes notes when it was entered. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { epochMs } from '../measure.js';

export interface Mark {
  pid: number;
  /** Milliseconds since 1970. */
  at: number;
}

export function readMarks(path: string): Mark[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Mark);
}

/** Notes that it was entered; the first one to be waits to be killed, the next one returns. */
export async function workOnce(path: string): Promise<void> {
  const first = readMarks(path).length === 0;
  const mark: Mark = { pid: process.pid, at: epochMs() };
  appendFileSync(path, `${JSON.stringify(mark)}\n`);
  if (first) await new Promise((resolve) => setTimeout(resolve, 120_000));
}
