import { proxyActivities, sleep } from '@temporalio/workflow';
import { ACTIVITIES } from '../src/temporal/names.js';

export interface ProbeInput {
  /** No-op activities, one after the other. */
  steps: number;
  /** Timers of `timerMs`, one after the other. */
  timers: number;
  timerMs: number;
  /** Rounds of `width` activities at once, which go through the task queue as those of a busy system do. */
  rounds: number;
  width: number;
}

/** Durations in ms, as the server's clock saw them. */
export interface ProbeResult {
  steps: number[];
  timers: number[];
  rounds: number[];
}

interface Activities {
  [ACTIVITIES.noop](): Promise<void>;
}

const options = { startToCloseTimeout: '10s', retry: { initialInterval: '10ms' } } as const;
const eager = proxyActivities<Activities>({ ...options, allowEagerDispatch: true });
const queued = proxyActivities<Activities>({ ...options, allowEagerDispatch: false });

/** What `holdfast doctor` measures a server with; nothing of a user's runs in it. */
export async function holdfastDoctorProbe(input: ProbeInput): Promise<ProbeResult> {
  const { steps, timers, timerMs, rounds, width } = input;
  return {
    steps: await times(steps, () => eager[ACTIVITIES.noop]()),
    timers: await times(timers, () => sleep(timerMs)),
    rounds: await times(rounds, () => Promise.all(Array.from({ length: width }, () => queued[ACTIVITIES.noop]()))),
  };
}

async function times(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const durations: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = Date.now(); // the start of this workflow task, the same in every replay
    await work();
    durations.push(Date.now() - before);
  }
  return durations;
}
