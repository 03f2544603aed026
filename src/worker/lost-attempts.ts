import { ActivityNotFoundError } from '@temporalio/client';
import type { TemporalConnection } from '../temporal/connection.js';
import type { Logger } from '../telemetry/log.js';
import type { LedgerEntry } from './token-ledger.js';
import { workerLost } from './worker-lost.js';

/** After this long the server's own heartbeat timeout has ended the attempt. */
const GIVE_UP_MS = 20_000;

export interface LostAttemptsDeps {
  temporal: TemporalConnection;
  log: Logger;
}

/**
 * Fails what a dead process was working on, so that the next attempt begins now and not at the heartbeat timeout. The dead process
 * must really be dead: its node code could otherwise run beside the retry.
 */
export async function failLost(entries: LedgerEntry[], message: string, deps: LostAttemptsDeps): Promise<void> {
  const unstuck = new Set<string>();
  await Promise.all(
    entries.map(async (entry) => {
      await failOne(entry, message, deps);
      // Its workflow may be cached in the same dead process: let any worker take the next task without waiting for this one.
      if (unstuck.has(entry.workflowRunId)) return;
      unstuck.add(entry.workflowRunId);
      await resetSticky(entry, deps);
    }),
  );
}

async function failOne(entry: LedgerEntry, message: string, { temporal, log }: LostAttemptsDeps): Promise<void> {
  const began = performance.now();
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2_000)) {
    try {
      const nodes = [...entry.nodes.values()];
      const where = nodes.length ? ` (in node ${nodes.map((node) => `"${node}"`).join(', ')})` : '';
      return await temporal.client.activity.fail(Buffer.from(entry.token, 'base64'), workerLost(message + where));
    } catch (e) {
      if (e instanceof ActivityNotFoundError) return;
      if (performance.now() - began > GIVE_UP_MS) {
        log.warn({ err: e, runId: entry.runId }, 'could not report a lost attempt; its heartbeat timeout will');
        return;
      }
      await new Promise((r) => setTimeout(r, waitMs));
    }
  }
}

async function resetSticky(
  { workflowId, workflowRunId }: LedgerEntry,
  { temporal, log }: LostAttemptsDeps,
): Promise<void> {
  const execution = { workflowId, runId: workflowRunId };
  const { workflowService } = temporal.connection;
  await workflowService
    .resetStickyTaskQueue({ namespace: temporal.client.options.namespace, execution })
    .catch((e: unknown) => log.debug({ err: e, workflowId }, 'could not reset a sticky task queue'));
}
