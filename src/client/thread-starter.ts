import { isGrpcServiceError, WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { HoldfastError } from '../errors.js';
import type { StoredRun } from '../runs/submit-run.js';
import type { Multitask } from '../runs/types.js';
import { connectTemporal, type TemporalConnection, type TemporalSettings } from '../temporal/connection.js';
import { SEARCH_ATTRIBUTES, SIGNALS, threadWorkflowId, UPDATES, WORKFLOWS } from '../temporal/names.js';
import { createPatience, type Patience } from './patience.js';

export interface Handover {
  /** The run's how-manieth submission. */
  number: number;
  multitask: Multitask;
}

/** Hands stored runs to their thread's workflow, which is started if it is not there. */
export interface ThreadStarter {
  /** Returns once the workflow has queued it. Handing over the same submission again changes nothing. */
  submit(stored: StoredRun, how: Handover): Promise<void>;
  /** Tells a thread's workflow that a run is to end. False: no workflow is open. */
  cancel(threadId: string, runId: string): Promise<boolean>;
  close(): Promise<void>;
}

const READY_WITHIN_MS = 10_000;
/** What a worker that dies holds up its thread for, when it had the workflow's next task in hand: well within one call. */
const WORKFLOW_TASK_MS = 5_000;
const NOT_READY_PAUSE_MS = 250;
const GRPC_FAILED_PRECONDITION = 9;
const NOT_READY = [GRPC_FAILED_PRECONDITION];

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const AGENT = keyword(SEARCH_ATTRIBUTES.agent);
const THREAD = keyword(SEARCH_ATTRIBUTES.thread);
const STATUS = keyword(SEARCH_ATTRIBUTES.status);

/** All methods @throws TEMPORAL_UNREACHABLE, NO_WORKER */
export function threadStarter(settings: TemporalSettings): ThreadStarter {
  const connection = connectOnce(settings);
  return {
    async submit(stored, how) {
      const link = await connection.get();
      await link.patience.answered(() => untilReady(() => updateWithStart(link, stored, how)));
    },
    async cancel(threadId, runId) {
      const link = await connection.get();
      const { client, patience } = link;
      const thread = client.workflow.getHandle(threadWorkflowId(threadId));
      try {
        await patience.answered(() => thread.signal(SIGNALS.cancel, runId));
        return true;
      } catch (e) {
        if (e instanceof WorkflowNotFoundError) return false;
        throw e;
      }
    },
    close: () => connection.close(),
  };
}

interface Link {
  client: Client;
  patience: Patience;
  /** The cluster has our search attributes. */
  visible: boolean;
}

async function updateWithStart({ client, visible }: Link, stored: StoredRun, how: Handover): Promise<void> {
  const { run, taskQueue, fence } = stored;
  const { runId, threadId, agent } = run;
  const start = new WithStartWorkflowOperation(WORKFLOWS.thread, {
    workflowId: threadWorkflowId(threadId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowTaskTimeout: WORKFLOW_TASK_MS,
    taskQueue,
    args: [{ threadId, visible }],
    ...(visible ? { typedSearchAttributes: attributes(agent, threadId) } : {}),
  });
  const submission = { runId, number: how.number, agent, multitask: how.multitask, fence };
  await client.workflow.executeUpdateWithStart(UPDATES.submit, { args: [submission], startWorkflowOperation: start });
}

/** A workflow whose last tasks were lost with their workers takes no update until a worker gets through one. */
async function untilReady(call: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; ; await pause(NOT_READY_PAUSE_MS)) {
    try {
      return await call();
    } catch (e) {
      if (!isNotReady(e)) throw e;
      if (Date.now() > deadline) throw noWorker(e);
    }
  }
}

const isNotReady = (e: unknown): boolean => isGrpcServiceError(e) && NOT_READY.includes(e.code);

const noWorker = (cause: unknown): HoldfastError =>
  new HoldfastError('NO_WORKER', `no worker took the run within ${READY_WITHIN_MS / 1000} s: they keep ending`, {
    next: 'see the log of `holdfast worker` for why, then start the run again',
    cause,
  });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One connection for all calls, made by the first; a failed try leaves the next call to try again. */
function connectOnce(settings: TemporalSettings): { get(): Promise<Link>; close(): Promise<void> } {
  let connecting: Promise<{ temporal: TemporalConnection; link: Link }> | undefined;
  const connect = async () => {
    const temporal = await connectTemporal(settings);
    const visible = await searchAttributesExist(temporal, settings.namespace);
    const { client } = temporal;
    return { temporal, link: { client, patience: createPatience(client, settings.address), visible } };
  };
  return {
    async get() {
      connecting ??= connect();
      try {
        return (await connecting).link;
      } catch (e) {
        connecting = undefined;
        throw e;
      }
    },
    async close() {
      const made = await connecting?.catch(() => undefined);
      await made?.temporal.close();
    },
  };
}

const attributes = (agent: string, threadId: string): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: AGENT, value: agent },
    { key: THREAD, value: threadId },
    { key: STATUS, value: 'running' },
  ]);

/** A start that names a search attribute which the cluster does not have is refused, so it is asked once. */
async function searchAttributesExist({ connection }: TemporalConnection, namespace: string): Promise<boolean> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.values(SEARCH_ATTRIBUTES).every((name) => name in customAttributes);
  } catch {
    // Temporal Cloud and locked-down clusters refuse the operator service: runs work as well, only less is shown in Temporal's UI.
    return false;
  }
}
