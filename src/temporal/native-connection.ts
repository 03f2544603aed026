import { NativeConnection } from '@temporalio/worker';
import { temporalUnreachable, type TemporalSettings } from './connection.js';

/**
 * The connection of SDK core, which workers need: apart from the client's, because loading core costs a command 100 ms or more.
 * Connects within `timeoutMs` or throws TEMPORAL_UNREACHABLE. The caller closes it after its workers have ended.
 */
export async function connectNative(
  { address, tls, apiKey }: TemporalSettings,
  timeoutMs = 5_000,
): Promise<NativeConnection> {
  const connecting = NativeConnection.connect({ address, tls, apiKey });
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([connecting, deadline]);
  } catch (e) {
    // One that comes up after all would keep its sockets.
    connecting.then((connection) => connection.close()).catch(() => undefined);
    throw temporalUnreachable(address, e);
  } finally {
    clearTimeout(timer);
  }
}
