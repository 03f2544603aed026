import { loadClientConfigProfile, toClientOptions, type ClientConfigProfile } from '@temporalio/envconfig';
import type { TLSConfig } from '@temporalio/client';
import { HoldfastError, messageOf } from '../errors.js';

export interface TemporalProfile {
  /** From temporal.toml alone. */
  file: ClientConfigProfile;
  apiKey?: string;
  tls?: TLSConfig | boolean;
}

/**
 * Temporal's own client configuration: the profile of temporal.toml (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE), and TLS and API key with
 * the TEMPORAL_* variables over it. @throws SETTINGS_INVALID
 */
export function readTemporalProfile(environment: Record<string, string>): TemporalProfile {
  try {
    const file = loadClientConfigProfile({ overrideEnvVars: environment, disableEnv: true });
    const merged = loadClientConfigProfile({ overrideEnvVars: environment });
    // An API key alone turns TLS on.
    return { file, apiKey: merged.apiKey, tls: toClientOptions(merged).connectionOptions.tls ?? undefined };
  } catch (e) {
    throw new HoldfastError('SETTINGS_INVALID', `Temporal's configuration cannot be read: ${messageOf(e)}`, {
      next: 'correct temporal.toml or the TEMPORAL_* variables',
      cause: e,
    });
  }
}
