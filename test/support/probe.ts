/** What node code did, seen from outside the runtime: nodes note, tests read and wait. For workers in the test's own process. */
import { until } from './until.js';

export interface Probe {
  note(what: string): number;
  count(what: string): number;
  all(): string[];
  seen(what: string, times?: number): Promise<void>;
}

export function createProbe(): Probe {
  const notes: string[] = [];
  const count = (what: string): number => notes.filter((note) => note === what).length;
  return {
    note: (what) => notes.push(what) && count(what),
    count,
    all: () => [...notes],
    seen: async (what, times = 1) => {
      await until(() => count(what) >= times, `"${what}" ${times} times; seen: ${notes.join(', ')}`);
    },
  };
}

/** A node that goes on when the test says so, or stops when it is told to. */
export interface Latch {
  wait(signal?: AbortSignal): Promise<void>;
  open(): void;
}

export function createLatch(): Latch {
  let release: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (release = resolve));
  return {
    open: release,
    wait: (signal) =>
      Promise.race([
        opened,
        new Promise<never>((_, reject) => {
          if (signal?.aborted) reject(signal.reason as Error);
          signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        }),
      ]),
  };
}
