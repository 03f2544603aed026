import { v7 as uuidv7 } from 'uuid';
import type { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import { copyThread } from '../runs/copy-thread.js';
import { deleteThread } from '../runs/delete-thread.js';
import { findThreadIds, listRuns } from '../runs/read-runs.js';
import type { Run } from '../runs/types.js';
import type { Decision, RunsApi } from './runs.js';
import { threadStateOf, type ThreadState } from './thread-state.js';

export interface ThreadsApi {
  /** Ids of threads that begin so. */
  find(prefix: string): Promise<string[]>;
  /** @throws THREAD_NOT_FOUND, CHECKPOINT_NOT_FOUND */
  state(threadId: string, options?: { checkpointId?: string }): Promise<ThreadState>;
  /** Newest first. */
  history(threadId: string, options?: { limit?: number; before?: string }): Promise<ThreadState[]>;
  /** Changes the state as a node would have; made by a worker of the thread's agent. Returns the run that makes the edit. */
  edit(
    threadId: string,
    edit: Decision & { agent?: string; values: unknown; asNode?: string; checkpointId?: string },
  ): Promise<Run>;
  /** Takes the thread's state and runs away for good; what still runs of it can no longer write. */
  delete(threadId: string): Promise<void>;
  /** A new thread with the same state and history. Returns its id. */
  copy(threadId: string): Promise<string>;
}

export interface ThreadsDeps {
  pool: Pool;
  checkpointer: PostgresCheckpointer;
  runs: RunsApi;
}

export function threadsApi({ pool, checkpointer, runs }: ThreadsDeps): ThreadsApi {
  return {
    find: (prefix) => findThreadIds(pool, prefix),
    async state(threadId, { checkpointId } = {}) {
      const tuple = await checkpointer.getTuple({
        configurable: {
          thread_id: threadId,
          checkpoint_ns: '',
          ...(checkpointId ? { checkpoint_id: checkpointId } : {}),
        },
      });
      if (tuple) return threadStateOf(tuple);
      if (checkpointId) {
        throw new HoldfastError('CHECKPOINT_NOT_FOUND', `thread ${threadId} has no checkpoint ${checkpointId}`, {
          next: '`holdfast state history` lists them',
        });
      }
      throw notFound(threadId);
    },
    async history(threadId, { limit = 50, before } = {}) {
      const config = { configurable: { thread_id: threadId, checkpoint_ns: '' } };
      const from = before ? { before: { configurable: { thread_id: threadId, checkpoint_id: before } } } : {};
      const states: ThreadState[] = [];
      for await (const tuple of checkpointer.list(config, { limit, ...from })) states.push(threadStateOf(tuple));
      if (states.length === 0 && !before) throw notFound(threadId);
      return states;
    },
    async edit(threadId, { agent, values, asNode, checkpointId, actor, reason }) {
      const [latest] = await listRuns(pool, { threadId, limit: 1 });
      const name = agent ?? latest?.agent;
      if (name === undefined) throw notFound(threadId);
      return runs.edit(name, values, {
        threadId,
        multitask: 'reject',
        ...(actor === undefined ? {} : { initiator: actor }),
        options: {
          ...(asNode ? { asNode } : {}),
          ...(checkpointId ? { checkpointId } : {}),
          ...(reason === undefined ? {} : { reason }),
        },
      });
    },
    delete: (threadId) => deleteThread(pool, checkpointer, threadId),
    async copy(threadId) {
      const copy = uuidv7();
      await copyThread(pool, checkpointer, threadId, copy);
      return copy;
    },
  };
}

const notFound = (threadId: string): HoldfastError =>
  new HoldfastError('THREAD_NOT_FOUND', `there is no thread ${threadId}`, { details: { threadId } });
