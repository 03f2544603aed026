import type { WorkerChild } from './child-process.js';

export interface LivenessOptions {
  pingMs: number;
  /** A child that is ready and has said nothing for this long is stuck. */
  stuckAfterMs: number;
  /** A child that is not ready after this long is stuck too: its graphs do not load. */
  startWithinMs: number;
}

export interface Liveness {
  /** It missed a ping or two: its event loop may be blocked. */
  isSilent(child: WorkerChild): boolean;
  /** Pings all and reports those that are stuck; call it every `pingMs`. */
  tick(children: Iterable<WorkerChild>): void;
}

export function createLiveness(
  { pingMs, stuckAfterMs, startWithinMs }: LivenessOptions,
  onStuck: (child: WorkerChild, silentMs: number) => void,
): Liveness {
  let n = 0;
  let tickedAt = performance.now();
  const silence = (child: WorkerChild) => performance.now() - child.heardAt;
  return {
    isSilent: (child) => silence(child) > 2 * pingMs,
    tick(children) {
      const now = performance.now();
      // This process itself was suspended: what the children said meanwhile has not been read yet.
      const slept = now - tickedAt > 3 * pingMs;
      tickedAt = now;
      n++;
      for (const child of children) {
        if (slept) child.heardAt = now;
        const limit = child.state === 'starting' ? startWithinMs : stuckAfterMs;
        if (silence(child) > limit) onStuck(child, silence(child));
        else child.send({ t: 'ping', n });
      }
    },
  };
}
