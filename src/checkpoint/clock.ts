import { HoldfastError } from '../errors.js';

/** How far another machine's clock may be ahead of ours before we say so instead of waiting. */
const CLOCKS_APART_MS = 5_000;

/** Waits until this machine's clock is past a moment. @throws STATE_CONFLICT when that is far away. */
export async function clockPast(time: number): Promise<void> {
  const ahead = time - Date.now();
  if (ahead > CLOCKS_APART_MS) {
    throw new HoldfastError('STATE_CONFLICT', `the newest checkpoint is ${Math.ceil(ahead / 1000)} s in the future`, {
      next: 'synchronise the clocks of all machines that write to this database',
    });
  }
  while (Date.now() <= time) await new Promise((resolve) => setTimeout(resolve, 1));
}
