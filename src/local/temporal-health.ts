import { Connection } from '@temporalio/client';
import { messageOf } from '../errors.js';
import { SEARCH_ATTRIBUTES } from '../temporal/names.js';

/** A channel of its own: gRPC shares one per address in a process, and a shared one waits out the backoff of an earlier failure. */
const FRESH_CHANNEL = { 'grpc.use_local_subchannel_pool': 1, 'grpc.initial_reconnect_backoff_ms': 50 };

/** Undefined when the server serves `namespace` with all of our search attributes, else what is missing. */
export async function temporalProblem(
  address: string,
  namespace: string,
  timeoutMs = 1_000,
): Promise<string | undefined> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: timeoutMs, channelArgs: FRESH_CHANNEL });
    const { workflowService, operatorService } = connection;
    return await connection.withDeadline(Date.now() + timeoutMs, async () => {
      await workflowService.describeNamespace({ namespace });
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
      const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => !(name in customAttributes));
      return missing.length > 0 ? `the search attributes ${missing.join(', ')} are missing` : undefined;
    });
  } catch (e) {
    return messageOf(e);
  } finally {
    await connection?.close();
  }
}
