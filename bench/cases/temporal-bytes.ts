import proto, { type temporal } from '@temporalio/proto';
import { threadWorkflowId } from '../../src/temporal/names.js';
import type { Lab } from '../lab.js';
import { toRow } from '../row.js';
import type { Case } from './case.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const EARLY = 10;
const LATE = 1_000;
/** Supersteps on both sides of these that count too. */
const AROUND = 5;

/** What Temporal keeps of a superstep must not grow with the run: one activity each, through a continue-as-new. */
export const temporalBytes: Case = {
  name: 'temporal-bytes',
  samples: 1,
  async run(lab) {
    const steps = LATE + 2 * AROUND;
    const { threadId } = await lab.ours('tiny', { n: 0, steps }, { slicing: 'slice: 0', limit: steps + 10 });
    const executions = await historiesOf(lab, threadWorkflowId(threadId));
    if (executions.length < 2)
      throw new Error(`${steps} supersteps fitted into one execution: nothing continued as new`);
    const bytes = executions.flatMap(bytesPerActivity);
    const around = (step: number) => bytes.slice(step - AROUND, step + AROUND);
    return [
      toRow({
        name: `Temporal history of superstep ${LATE}, slice: 0`,
        unit: 'bytes per superstep',
        ours: around(LATE),
        alternative: around(EARLY),
        alternativeName: `of superstep ${EARLY}`,
        goal: { of: 'ratio', atLeast: 0.9, atMost: 1.1 },
      }),
    ];
  },
};

/** The events of each execution of a workflow id, the first one first. */
async function historiesOf({ bare, temporal: { namespace } }: Lab, workflowId: string): Promise<HistoryEvent[][]> {
  const { workflowService } = bare.connection.connection;
  const executions: HistoryEvent[][] = [];
  for (let runId: string | null | undefined = ''; runId !== undefined;) {
    const events: HistoryEvent[] = [];
    for (let token: Uint8Array | undefined; ;) {
      const execution: temporal.api.common.v1.IWorkflowExecution = { workflowId, runId };
      const page = await workflowService.getWorkflowExecutionHistory({ namespace, execution, nextPageToken: token });
      events.push(...(page.history?.events ?? []));
      token = page.nextPageToken;
      if (token.length === 0) break;
    }
    executions.unshift(events);
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  return executions;
}

/** From one activity's scheduling to the next one's: the size of the events, as the server stores them. */
function bytesPerActivity(events: HistoryEvent[]): number[] {
  const sizes: number[] = [];
  for (const event of events) {
    if (event.activityTaskScheduledEventAttributes) sizes.push(0);
    const last = sizes.length - 1;
    if (last >= 0)
      sizes[last] = sizes[last]! + proto.temporal.api.history.v1.HistoryEvent.encode(event).finish().length;
  }
  return sizes;
}
