import { appendFileSync, readFileSync } from 'node:fs';

/** What the probe's activity does: steps that take time, each "committed", as a slice would do it. */
export interface ProbeSpec {
  threadId: string;
  runId: string;
  /** A file that the activity appends marks to. */
  marks: string;
  steps: number;
  stepMs: number;
  /** In this step of the first attempt: block the event loop for so many ms, or never end, or give up abandoned code. */
  block?: { step: number; ms: number };
  recycle?: { step: number };
}

export interface ProbeResult {
  /** Steps done, this attempt's and earlier slices'. */
  done: number;
  ended: 'done' | 'drained' | 'aborted';
  why?: string;
}

export interface Mark {
  what: string;
  pid: number;
  attempt: number;
  /** ms since the epoch, with fractions. */
  at: number;
}

export const epochMs = () => performance.timeOrigin + performance.now();

export function mark(file: string, what: string, attempt: number): void {
  appendFileSync(file, `${JSON.stringify({ what, pid: process.pid, attempt, at: epochMs() } satisfies Mark)}\n`);
}

export function readMarks(file: string): Mark[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Mark);
  } catch {
    return [];
  }
}
