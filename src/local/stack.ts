import type { Logger } from '../telemetry/log.js';
import { ensurePostgres, stopPostgres, type RunningPostgres } from './postgres.js';
import { ensureTemporal, stopTemporal, type RunningTemporal } from './temporal.js';
import type { Progress } from './temporal-binary.js';

export interface LocalStackOptions {
  /** The folder with all data of the stack (`.holdfast`). */
  dir: string;
  log: Logger;
  /** What the user's own servers are; each missing one is started here. */
  given?: { databaseUrl?: string; temporalAddress?: string };
  namespace?: string;
  onProgress?: Progress;
  /** For tests: faster, and safe against kill -9 only. */
  ephemeral?: boolean;
  /** Ends a download or a build of the Temporal binary. */
  signal?: AbortSignal;
}

export interface LocalStack {
  databaseUrl: string;
  temporalAddress: string;
  namespace: string;
  /** Undefined when it is the user's own. */
  postgres?: RunningPostgres;
  temporal?: RunningTemporal;
}

/**
 * PostgreSQL and Temporal on this machine, each started only if its address is not given. Safe to call again: what runs is adopted,
 * what died is started with its data and, if it is still free, its port.
 * @throws POSTGRES_START_FAILED, TEMPORAL_START_FAILED, TEMPORAL_BINARY_MISSING
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { given = {}, namespace = 'default' } = options;
  const [postgres, temporal] = await Promise.allSettled([
    given.databaseUrl ? undefined : ensurePostgres(options),
    given.temporalAddress ? undefined : ensureTemporal(options),
  ]);
  if (postgres.status === 'rejected') throw postgres.reason;
  if (temporal.status === 'rejected') throw temporal.reason;
  return {
    databaseUrl: given.databaseUrl ?? postgres.value!.url,
    temporalAddress: given.temporalAddress ?? temporal.value!.address,
    namespace,
    postgres: postgres.value,
    temporal: temporal.value,
  };
}

/** Ends what runs with its data in `dir`, whoever started it. `graceMs`: how long Temporal may take over its end. */
export async function stopLocalStack(dir: string, graceMs?: number): Promise<void> {
  await Promise.all([stopTemporal(dir, graceMs), stopPostgres(dir)]);
}
