import { WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { StoredRun } from '../runs/submit-run.js';
import type { Multitask } from '../runs/types.js';
import type { TemporalConnection } from '../temporal/connection.js';
import { SEARCH_ATTRIBUTES, SIGNALS, threadWorkflowId, UPDATES, WORKFLOWS } from '../temporal/names.js';

/** Hands stored runs to their thread's workflow, which is started if it is not there. */
export interface ThreadStarter {
  /** Returns once the workflow has queued it. Handing over the same submission again changes nothing. */
  submit(stored: StoredRun, options: { number: number; multitask: Multitask }): Promise<void>;
  /** Tells a thread's workflow that a run is to end. False: no workflow is open. */
  cancel(threadId: string, runId: string): Promise<boolean>;
}

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const AGENT = keyword(SEARCH_ATTRIBUTES.agent);
const THREAD = keyword(SEARCH_ATTRIBUTES.thread);
const STATUS = keyword(SEARCH_ATTRIBUTES.status);

export function threadStarter(client: Client, visible: boolean): ThreadStarter {
  return {
    async submit({ run: { runId, threadId, agent }, taskQueue, fence }, { number, multitask }) {
      const start = new WithStartWorkflowOperation(WORKFLOWS.thread, {
        workflowId: threadWorkflowId(threadId),
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue,
        args: [{ threadId, visible }],
        ...(visible ? { typedSearchAttributes: attributes(agent, threadId) } : {}),
      });
      const submission = { runId, number, agent, multitask, fence };
      await client.workflow.executeUpdateWithStart(UPDATES.submit, {
        args: [submission],
        startWorkflowOperation: start,
      });
    },
    async cancel(threadId, runId) {
      try {
        await client.workflow.getHandle(threadWorkflowId(threadId)).signal(SIGNALS.cancel, runId);
        return true;
      } catch (e) {
        if (e instanceof WorkflowNotFoundError) return false;
        throw e;
      }
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
export async function searchAttributesExist({ connection }: TemporalConnection, namespace: string): Promise<boolean> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.values(SEARCH_ATTRIBUTES).every((name) => name in (customAttributes ?? {}));
  } catch {
    // Temporal Cloud and locked-down clusters refuse the operator service: runs work as well, only less is shown in Temporal's UI.
    return false;
  }
}
