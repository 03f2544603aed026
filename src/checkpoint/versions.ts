/**
 * Channel versions: the next whole number plus a random fraction. Blobs are keyed by channel and version and the first
 * one wins, so two branches of a thread that both counted 3, 4, 5 would read each other's values; stock savers do.
 * Still numbers that grow: LangGraph with any other saver goes on from them.
 *
 * Equal inputs give equal outputs within one synchronous pass, as +1 does: LangGraph compares the versions of channels
 * that changed together.
 */
export function createVersions(random: () => number = Math.random): (current: number | undefined) => number {
  let given = new Map<number, number>();
  return (current) => {
    if (typeof current === 'string')
      throw new TypeError('this thread has text versions: it was written by LangGraph for Python');
    const floor = Math.floor(current ?? 0);
    const known = given.get(floor);
    if (known !== undefined) return known;
    if (given.size === 0) queueMicrotask(() => (given = new Map()));
    const next = Number((floor + 1 + (1 + Math.floor(random() * 999_998)) / 1e6).toFixed(6));
    given.set(floor, next);
    return next;
  };
}
