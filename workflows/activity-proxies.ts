import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import { ACTIVITIES } from '../src/temporal/names.js';
import type { SliceArgs, SliceResult } from './messages.js';

interface Activities {
  [ACTIVITIES.slice](args: SliceArgs): Promise<SliceResult>;
  [ACTIVITIES.noop](): Promise<void>;
}

/**
 * Temporal retries what was lost (a crash, a missed heartbeat, an unreachable database), without counting: a lost attempt is
 * nobody's failure. The heartbeat is for machines that vanish; a lost process is reported at once by its supervisor.
 * Start-to-close is a backstop only: nodes have timeouts of their own.
 */
const slices = proxyActivities<Activities>({
  startToCloseTimeout: '24h',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '10ms', backoffCoefficient: 2, maximumInterval: '5s' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  allowEagerDispatch: true,
});

export const runSlice = slices[ACTIVITIES.slice];
