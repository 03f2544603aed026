/** Taking samples of things that are to be compared. */

/** Ways to do the same thing; each call does it once and returns a figure. */
export type Ways<Name extends string> = Record<Name, () => Promise<number>>;

/**
 * Every way in turn, A B A B: what the machine does besides meets them all alike. The first round warms up and is not kept.
 */
export async function interleaved<Name extends string>(
  ways: Ways<Name>,
  samples: number,
  warmups = 1,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const taken = Object.fromEntries(names.map((name): [Name, number[]] => [name, []])) as Record<Name, number[]>;
  for (let round = -warmups; round < samples; round++) {
    for (const name of names) {
      const value = await ways[name]();
      if (round >= 0) taken[name].push(value);
    }
  }
  return taken;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('no samples');
  return (lower + upper) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Milliseconds since 1970, finer than Date.now() and the same clock in every process. */
export const epochMs = (): number => performance.timeOrigin + performance.now();

export async function until<T>(what: string, look: () => T | undefined | false, withinMs = 30_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
