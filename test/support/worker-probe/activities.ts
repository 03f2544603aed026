import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { AttemptAborted, type AttemptHost } from '../../../src/worker/attempt-host.js';
import { mark, type ProbeResult, type ProbeSpec } from './spec.js';

/** Stands for the slice activity: it uses the host exactly as a slice must. */
export function probeActivities(host: AttemptHost) {
  return {
    async probe(spec: ProbeSpec, from: number): Promise<ProbeResult> {
      const context = Context.current();
      const { attempt } = context.info;
      const held = await host.take(context, spec);
      try {
        for (let step = from; step < spec.steps; step++) {
          held.nodeEntered(`task-${step}`, `node-${step}`);
          mark(spec.marks, `start ${step}`, attempt);
          if (attempt === 1 && spec.block?.step === step) block(spec.block.ms);
          if (attempt === 1 && spec.recycle?.step === step) await held.recycle(`node-${step} does not end`);
          await sleep(spec.stepMs, undefined, { signal: held.signal });
          held.nodeLeft(`task-${step}`);
          mark(spec.marks, `commit ${step}`, attempt);
          if (held.draining) return { done: step + 1, ended: 'drained' };
        }
        return { done: spec.steps, ended: 'done' };
      } catch (e) {
        const { reason } = held.signal as { reason: unknown };
        if (!(reason instanceof AttemptAborted)) throw e;
        mark(spec.marks, `aborted ${reason.why}`, attempt);
        return { done: from, ended: 'aborted', why: reason.why };
      } finally {
        held.release();
      }
    },
  };
}

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
