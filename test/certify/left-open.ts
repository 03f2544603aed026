import { connectTemporal, type TemporalSettings } from '../../src/temporal/connection.js';
import { until } from '../support/until.js';

/** The server notes closed workflows with a delay, and a thread's workflow closes after its run has settled. */
const CLOSED_WITHIN_MS = 60_000;

/** Workflows that are still open although all runs have settled: ids, once no more of them will close by itself. */
export async function workflowsLeftOpen(settings: TemporalSettings): Promise<string[]> {
  const { client, close } = await connectTemporal(settings);
  const open = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" }))
      ids.push(workflowId);
    return ids;
  };
  try {
    const none = await until(async () => (await open()).length === 0, 'all closed', CLOSED_WITHIN_MS).catch(
      () => false,
    );
    return none ? [] : await open();
  } finally {
    await close();
  }
}
