/** Bare Temporal workflows: what a team writes that has no runtime. In a bundle of their own, never in the product's. */
import {
  ActivityCancellationType,
  condition,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BareActivities } from '../bare-activities.js';

const { noop, enter } = proxyActivities<BareActivities>({ startToCloseTimeout: '1m', allowEagerDispatch: true });

const { work } = proxyActivities<BareActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '10ms' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** An activity that does nothing, `times` times. */
export async function noops(times: number): Promise<void> {
  for (let i = 0; i < times; i++) await noop();
}

export const answerUpdate = defineUpdate<void, [string]>('answer');

/** Takes an answer by update and hands it to an activity. */
export async function answered(): Promise<void> {
  const answers: string[] = [];
  setHandler(answerUpdate, (answer) => void answers.push(answer));
  await condition(() => answers.length > 0);
  await enter(workflowInfo().workflowId, answers[0] ?? '');
}

/** One activity, whose first attempt does not end. */
export async function working(marks: string): Promise<void> {
  await work(marks);
}
