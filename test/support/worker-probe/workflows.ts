import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ProbeResult, ProbeSpec } from './spec.js';

interface ProbeActivities {
  probe(spec: ProbeSpec, from: number): Promise<ProbeResult>;
}

const { probe } = proxyActivities<ProbeActivities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '100ms', maximumInterval: '10s' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  allowEagerDispatch: true,
});

export async function probeThread(spec: ProbeSpec): Promise<ProbeResult> {
  for (let from = 0; ;) {
    const result = await probe(spec, from);
    if (result.ended !== 'drained') return result;
    from = result.done;
  }
}
