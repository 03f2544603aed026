import { ActivityNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { TemporalConnection } from '../temporal/connection.js';
import type { Logger } from '../telemetry/log.js';
import type { LedgerEntry } from './token-ledger.js';
import { workerLost } from './worker-lost.js';

/** After this long the server's own heartbeat timeout has ended the attempt. */
const GIVE_UP_MS = 20_000;

// CommonJS: Node finds none of its exports by name.
const STARTED = proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;

export interface LostAttemptsDeps {
  temporal: TemporalConnection;
  log: Logger;
  /** The dead process's identity as a Temporal worker. */
  identity: string;
}

/**
 * Fails what a dead process was working on, so that the next attempt begins now and not at the heartbeat timeout. The dead process
 * must really be dead: its node code could otherwise run beside the retry.
 */
export async function failLost(entries: LedgerEntry[], message: string, deps: LostAttemptsDeps): Promise<void> {
  await Promise.all(
    entries.map(async (entry) => {
      const known = await failTaken(entry, message, deps);
      // Its workflow may be cached in the same dead process: let any worker take the next task without waiting for this one.
      const freed = resetSticky(entry, deps);
      if (!known) await failUntaken(entry, message, deps);
      await freed;
    }),
  );
}

/** False: the server has no such attempt, since its result arrived before the process died. */
async function failTaken(entry: LedgerEntry, message: string, deps: LostAttemptsDeps): Promise<boolean> {
  const began = performance.now();
  const nodes = [...entry.nodes.values()].map((node) => `"${node}"`).join(', ');
  const failure = workerLost(nodes ? `${message} in node ${nodes}` : message);
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2_000)) {
    try {
      await deps.temporal.client.activity.fail(Buffer.from(entry.token, 'base64'), failure);
      return true;
    } catch (e) {
      if (e instanceof ActivityNotFoundError) return false;
      if (performance.now() - began > GIVE_UP_MS) {
        deps.log.warn({ err: e, runId: entry.runId }, 'could not report a lost attempt; its heartbeat timeout will');
        return true;
      }
      await new Promise((r) => setTimeout(r, waitMs));
    }
  }
}

/** The workflow's next attempt may have been handed to the same process already, which died before it could take it. */
async function failUntaken(entry: LedgerEntry, message: string, deps: LostAttemptsDeps): Promise<void> {
  const { client } = deps.temporal;
  const { workflowId, workflowRunId: runId } = entry;
  try {
    const description = await client.workflow.getHandle(workflowId, runId).describe();
    for (const activityId of startedBy(description, deps.identity))
      await client.activity.fail({ workflowId, runId, activityId }, workerLost(message));
  } catch (e) {
    deps.log.debug({ err: e, workflowId }, 'could not look for attempts that were handed out and not taken');
  }
}

const startedBy = ({ raw }: WorkflowExecutionDescription, identity: string): string[] =>
  (raw.pendingActivities ?? [])
    .filter((activity) => activity.state === STARTED && activity.lastWorkerIdentity === identity)
    .flatMap(({ activityId }) => activityId ?? []);

async function resetSticky({ workflowId, workflowRunId }: LedgerEntry, deps: LostAttemptsDeps): Promise<void> {
  const execution = { workflowId, runId: workflowRunId };
  const { workflowService } = deps.temporal.connection;
  await workflowService
    .resetStickyTaskQueue({ namespace: deps.temporal.client.options.namespace, execution })
    .catch((e: unknown) => deps.log.debug({ err: e, workflowId }, 'could not reset a sticky task queue'));
}
