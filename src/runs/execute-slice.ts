/** One attempt of one slice, from the claim of the thread to the report of what became of it. */
import { Command } from '@langchain/langgraph';
import type { AgentDefinition, CompiledGraph } from '../agent/definition.js';
import type { PostgresCheckpointer } from '../checkpoint/checkpointer.js';
import { CheckpointSession } from '../checkpoint/session.js';
import type { Pool } from '../db/pool.js';
import { HoldfastError, isHoldfastError } from '../errors.js';
import { answeredCommand } from '../graph/adapter.js';
import { editState, graphOf } from '../graph/edit-state.js';
import { recursionLimitOf, runSlice, type SliceOutcome } from '../graph/slice.js';
import type { TaskObserver } from '../graph/slice-context.js';
import { beginSlice, type Begun, type SliceRequest, type StoredValue } from './begin-slice.js';
import { finishSlice, type SliceReport } from './finish-slice.js';
import { holdOf, reportOf } from './slice-report.js';
import { rollBack } from './roll-back.js';
import { noteFailedAttempt } from './failed-attempt.js';
import { openTask, closeTask } from './task-attempts.js';
import { SETTLED, type RunStatus } from './types.js';

export interface SliceDeps {
  pool: Pool;
  checkpointer: PostgresCheckpointer;
  agents: ReadonlyMap<string, AgentDefinition>;
  workerId: string;
}

/** How the process around the slice sees and stops it. */
export interface SliceHost {
  abort: AbortSignal;
  /** Why `abort` fired: the run was cancelled, or only this process has to stop. */
  cancelled(): boolean;
  draining(): boolean;
  entered(taskId: string, node: string): void;
  left(taskId: string): void;
  recycle(reason: string): Promise<never>;
  /** Somebody wrote to the thread past its fence while the run went on; the run's own writes are the newest no longer. */
  foreignWriter(): void;
}

/** What the driver needs to know to go on: a few hundred bytes. */
export type SliceResult =
  | { next: 'settled'; status: RunStatus; steps: number }
  | { next: 'continue'; steps: number }
  | { next: 'retry'; steps: number; delayMs: number };

/** A statement that fails for a reason of its own, not for an outage, is given up after this many attempts: it would look like a hang. */
const STORAGE_TRIES = 20;
const isOutage = (e: unknown): boolean => isHoldfastError(e, 'POSTGRES_UNREACHABLE') || isHoldfastError(e, 'DISK_FULL');

/** A task whose attempts died with their process this often is not tried again without a person's word. */
const LOST_ATTEMPTS_ALLOWED = 3;

export async function executeSlice(
  deps: SliceDeps,
  request: SliceRequest & { agent: string; steps: number },
  host: SliceHost,
): Promise<SliceResult> {
  const agent = agentOf(deps, request.agent);
  const begun = await beginSlice(deps.pool, request, { workerId: deps.workerId, agentVersion: agent.version });
  if (SETTLED.has(begun.status)) return { next: 'settled', status: begun.status, steps: 0 };
  const finish = async (report: SliceReport): Promise<void> => {
    const { foreignWriter } = await finishSlice(deps.pool, deps.checkpointer, request, report);
    if (foreignWriter) host.foreignWriter();
  };
  if (begun.cancelAction) return settleCancelled(deps, request, begun, 0);

  if (begun.exhausted) {
    const { taskId, node, name, message } = begun.exhausted;
    const cause = name === 'NodeTimeoutError' ? 'node_timeout' : 'node_failed';
    const report = holdOf(agent, { cause, message, node, taskId });
    await finish(report);
    return { next: 'settled', status: report.status, steps: 0 };
  }
  const poison = begun.unfinished.find(({ times }) => times >= LOST_ATTEMPTS_ALLOWED);
  if (poison) {
    const { taskId, node, times } = poison;
    const message = `node "${node}" was running each of the ${times} times its process died`;
    const report = holdOf(agent, { cause: 'node_killed_process', message, node, taskId });
    await finish(report);
    return { next: 'settled', status: report.status, steps: 0 };
  }

  const session = new CheckpointSession(deps.checkpointer, {
    threadId: request.threadId,
    runId: request.runId,
    phase: request.phase,
    head: begun.head,
    stop: begun.stop,
    recursionLimit: recursionLimitOf(begun.options),
    ...(begun.options.checkpointId ? { forkFrom: begun.options.checkpointId } : {}),
    fresh: request.phase.attempt === 1,
  });
  let outcome: SliceOutcome;
  try {
    const graph = await graphOf(agent, { ...begun.options.configurable, thread_id: request.threadId });
    const prepared = await prepare(deps.checkpointer, graph, session, begun, request);
    if (prepared.done) {
      await finish({ outcome: 'success', status: 'success' });
      return { next: 'settled', status: 'success', steps: 0 };
    }
    outcome = await runSlice({
      agent,
      graph,
      session,
      threadId: request.threadId,
      runId: request.runId,
      options: begun.options,
      headNodes: begun.headNodes,
      headStep: begun.headStep,
      input: prepared.input,
      tries: begun.tries,
      used: { steps: request.steps, sinceMs: begun.sinceMs },
      sliceMs: agent.sliceMs,
      observer: observerOf(deps, request, host, finish),
      abort: host.abort,
      draining: () => host.draining(),
    });
  } catch (e) {
    if (isHoldfastError(e, 'FENCED')) throw e;
    if (session.isOwnError(e)) {
      await noteFailedAttempt(deps.pool, request, e);
      if (isOutage(e) || request.phase.attempt < STORAGE_TRIES) throw e;
    }
    outcome = { end: 'error', error: e, steps: 0, head: session.head, interrupts: [], failures: [] };
  }
  if (outcome.end === 'drained') return { next: 'continue', steps: outcome.steps };
  if (outcome.end === 'aborted') {
    return host.cancelled()
      ? settleCancelled(deps, request, begun, outcome.steps)
      : { next: 'continue', steps: outcome.steps };
  }
  const report = reportOf(agent, outcome);
  await finish(report);
  if (report.status) return { next: 'settled', status: report.status, steps: outcome.steps };
  return { next: 'retry', steps: outcome.steps, delayMs: Math.max(0, ...outcome.failures.map((f) => f.delayMs)) };
}

function agentOf({ agents }: SliceDeps, name: string): AgentDefinition {
  const agent = agents.get(name);
  if (agent) return agent;
  throw new HoldfastError('AGENT_NOT_FOUND', `this worker does not have agent "${name}"`, {
    next: 'start a worker that serves it on this task queue, or stop the one that does not',
    details: { agent: name },
  });
}

/** Applies what the run brings to the state, once, and says what the graph starts with; undefined goes on from the head. */
async function prepare(
  checkpointer: PostgresCheckpointer,
  graph: CompiledGraph,
  session: CheckpointSession,
  begun: Begun,
  { threadId, runId }: SliceRequest,
): Promise<{ input?: unknown; done?: boolean }> {
  const load = async (value: StoredValue | null): Promise<unknown> =>
    value && checkpointer.serde.loadsTyped(value.type, value.bytes);
  if (begun.settledHead !== null) {
    return { input: await applyVerb(graph, session, begun, threadId, await load(begun.verb?.payload ?? null)) };
  }
  if (begun.head !== null) return begun.kind === 'update' ? { done: true } : {};
  const payload = await load(begun.payload);
  switch (begun.kind) {
    case 'input':
      return { input: payload };
    case 'continue':
      return { input: null };
    case 'command': {
      // Its answers are applied once, like any: LangGraph would give them again to a task that has asked again meanwhile.
      const { resume, ...command } = payload as { resume?: Record<string, unknown> };
      if (resume) await session.applyAnswers(runId, resume);
      return { input: resume ? answeredCommand(command) : new Command(command) };
    }
    case 'resume':
      await session.applyAnswers(runId, payload as Record<string, unknown>);
      return { input: null };
    case 'update': {
      const { asNode, checkpointId } = begun.options;
      await editState(graph, session, threadId, {
        values: payload,
        ...(asNode ? { asNode } : {}),
        ...(checkpointId ? { checkpointId } : {}),
      });
      return { done: true };
    }
  }
}

/**
 * What an operator decided about a held run. The head moves in the statement that applies it, so a head other than the one the
 * run was held at means that it is applied.
 */
async function applyVerb(
  graph: CompiledGraph,
  session: CheckpointSession,
  { verb, head, settledHead }: Begun,
  threadId: string,
  payload: unknown,
): Promise<unknown> {
  if (!verb || (head !== null && head !== settledHead && verb.verb !== 'goto')) return undefined;
  switch (verb.verb) {
    case 'skip':
      await editState(graph, session, threadId, { values: payload, ...(verb.target ? { asNode: verb.target } : {}) });
      return undefined;
    case 'goto': {
      if (head === null || head === settledHead)
        await editState(graph, session, threadId, { values: null, asNode: '__end__' });
      else if ((await session.getTuple({ configurable: { thread_id: threadId } }))?.metadata?.source !== 'update')
        return undefined;
      const update = payload === null ? {} : { update: payload as Record<string, unknown> };
      return new Command({ goto: verb.target ?? [], ...update });
    }
    case 'edit':
    case 'retry':
    case 'cancel':
      return undefined;
  }
}

async function settleCancelled(
  deps: SliceDeps,
  request: SliceRequest,
  begun: Begun,
  steps: number,
): Promise<SliceResult> {
  const action = begun.cancelAction ?? (await cancelActionOf(deps.pool, request.runId));
  if (action === 'rollback') await rollBack(deps.pool, deps.checkpointer, request);
  const status = action === 'interrupt' ? 'interrupted' : 'cancelled';
  await finishSlice(deps.pool, deps.checkpointer, request, { outcome: status, status });
  return { next: 'settled', status, steps };
}

async function cancelActionOf(pool: Pool, runId: string): Promise<Begun['cancelAction']> {
  const { rows } = await pool.query<{ action: Begun['cancelAction'] }>(
    'SELECT cancel_action AS action FROM holdfast.runs WHERE run_id = $1',
    [runId],
  );
  return rows[0]?.action ?? null;
}

/** From a slice's second attempt on, each task is written down before its code runs: so a node that kills its process has a name. */
function observerOf(
  deps: SliceDeps,
  request: SliceRequest,
  host: SliceHost,
  finish: (report: SliceReport) => Promise<void>,
): TaskObserver {
  const recorded = request.phase.attempt > 1;
  return {
    entered: (taskId, node) => {
      host.entered(taskId, node);
      return recorded ? openTask(deps.pool, request, taskId, node) : undefined;
    },
    left: (taskId) => {
      host.left(taskId);
      if (recorded) closeTask(deps.pool, request, taskId);
    },
    recycle: async (reason, failure) => {
      await finish({ outcome: 'recycled', ...(failure ? { failures: [failure] } : {}) });
      return host.recycle(reason);
    },
  };
}
