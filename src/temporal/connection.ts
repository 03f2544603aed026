import { Client, Connection, type TLSConfig } from '@temporalio/client';
import { HoldfastError, messageOf } from '../errors.js';

export interface TemporalSettings {
  /** host:port */
  address: string;
  namespace: string;
  /** true: TLS with the system's certificates. */
  tls?: TLSConfig | boolean;
  apiKey?: string;
}

export interface TemporalConnection {
  readonly client: Client;
  /** Raw gRPC, for what the client does not wrap. */
  readonly connection: Connection;
  close(): Promise<void>;
}

/** Connects within `timeoutMs` or throws TEMPORAL_UNREACHABLE; it never waits on and on for a server that is not there. */
export async function connectTemporal(settings: TemporalSettings, timeoutMs = 5_000): Promise<TemporalConnection> {
  const { address, tls, apiKey } = settings;
  const connection = await Connection.connect({
    address,
    tls,
    apiKey,
    connectTimeout: timeoutMs,
  }).catch((e: unknown) => {
    throw temporalUnreachable(address, e);
  });
  return {
    connection,
    client: new Client({ connection, namespace: settings.namespace }),
    close: () => connection.close(),
  };
}

export function temporalUnreachable(address: string, cause: unknown): HoldfastError {
  return new HoldfastError('TEMPORAL_UNREACHABLE', `cannot reach Temporal at ${address}: ${messageOf(cause)}`, {
    next: 'Check TEMPORAL_ADDRESS and that the server runs; `holdfast dev` starts one.',
    cause,
    details: { address },
  });
}
