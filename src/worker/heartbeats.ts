import {
  ActivityCancelledError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
} from '@temporalio/client';
import type { Logger } from '../telemetry/log.js';
import type { TemporalConnection } from '../temporal/connection.js';
import { heartbeatInterval } from './activity-heartbeat.js';
import type { AbortCause } from './attempt-host.js';
import type { LedgerEntry, TokenLedger } from './token-ledger.js';

export interface HeartbeatDeps {
  ledger: TokenLedger;
  temporal: TemporalConnection;
  log: Logger;
  /** The child does not answer at the moment, so it cannot heartbeat either. */
  isSilent(workerId: string): boolean;
  onAbort(entry: LedgerEntry, why: AbortCause): void;
}

export interface Heartbeats {
  /** Heartbeats for every attempt that needs and is due for one. */
  beat(): void;
  beatFor(entry: LedgerEntry): Promise<void>;
}

/**
 * A child whose event loop turns heartbeats through SDK core itself. The supervisor speaks for the others: code that computes for a
 * minute without yielding is slow, not lost.
 */
export function createHeartbeats({ ledger, temporal, log, isSilent, onAbort }: HeartbeatDeps): Heartbeats {
  const { activity } = temporal.client;

  async function beatFor(entry: LedgerEntry): Promise<void> {
    entry.beatAt = performance.now();
    try {
      await activity.heartbeat(Buffer.from(entry.token, 'base64'));
    } catch (e) {
      const why = abortCauseOf(e);
      if (why) onAbort(entry, why);
      else log.debug({ err: e, runId: entry.runId }, 'a heartbeat failed');
    }
  }

  return {
    beatFor,
    beat() {
      const now = performance.now();
      for (const entry of ledger.running()) {
        const due = now - entry.beatAt >= heartbeatInterval(entry.heartbeatTimeoutMs);
        if (due && (entry.adopted || isSilent(entry.workerId))) void beatFor(entry);
      }
    },
  };
}

function abortCauseOf(e: unknown): AbortCause | undefined {
  if (e instanceof ActivityCancelledError) return 'cancelled';
  if (e instanceof ActivityNotFoundError || e instanceof ActivityPausedError || e instanceof ActivityResetError)
    return 'gone';
  return undefined;
}
