import type { SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { isCommand } from '@langchain/langgraph';
import { v7 as uuidv7, version as uuidVersion } from 'uuid';
import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import type { StoredValue } from '../runs/begin-slice.js';
import { findHold, findRunIds, getRun, isUuid, latestRunOf, listRuns, type RunFilter } from '../runs/read-runs.js';
import { holdAgain, releaseHold } from '../runs/release-hold.js';
import { requestCancel } from '../runs/request-cancel.js';
import { submitRun, withdrawRun, type NewRun, type StoredRun } from '../runs/submit-run.js';
import type { Hold, Multitask, Run, RunOptions } from '../runs/types.js';
import { answersFor } from './answers.js';
import type { SettledFeed } from './settled-feed.js';
import type { Handover, ThreadStarter } from './thread-starter.js';
import { readTrace } from './trace.js';
import type { Trace } from './trace-types.js';

export interface StartOptions {
  /** Default: a new thread. */
  threadId?: string;
  /** Make it yourself (uuid v7) to be able to start the same run again after a lost connection. */
  runId?: string;
  /** What to do when the thread is busy. Default `reject`. */
  multitask?: Multitask;
  options?: RunOptions;
  /** Who asks, for the record. */
  initiator?: string;
}

/** Who decides, and why: kept with the decision. */
export interface Decision {
  reason?: string;
  actor?: string;
}

export interface RunsApi {
  /** Stores the run and hands it to its thread. `input`: graph input, a Command, or null to go on from the thread's state. */
  start(agent: string, input: unknown, options?: StartOptions): Promise<Run>;
  /** A state edit, made by a worker of the agent as LangGraph's updateState. */
  edit(agent: string, values: unknown, options: StartOptions & { threadId: string }): Promise<Run>;
  get(runId: string): Promise<Run>;
  list(filter?: RunFilter): Promise<Run[]>;
  /** Ids of runs that begin so. */
  find(prefix: string): Promise<string[]>;
  /** Until nothing of the run executes or is queued. @throws WAIT_TIMEOUT after `timeoutMs` (default: an hour). */
  wait(runId: string, options?: { timeoutMs?: number }): Promise<Run>;
  /**
   * Answers what an interrupted run asks: answers by interrupt id, or the one answer when it asks one thing. Returns the run that
   * goes on with them. @throws INTERRUPT_NOT_FOUND, INTERRUPT_ANSWERED, STATE_CONFLICT
   */
  resume(runId: string, answers?: unknown, options?: Omit<StartOptions, 'threadId'>): Promise<Run>;
  /** The held step again, with tries as at first. */
  retry(runId: string, decision?: Decision): Promise<Run>;
  /** The held step replaced by `update`, as if its node had returned it. */
  skip(runId: string, decision: Decision & { update?: unknown; node?: string }): Promise<Run>;
  /** Another node next instead of the held step, with an optional state update. */
  goto(runId: string, decision: Decision & { node: string; update?: unknown }): Promise<Run>;
  /** Asks the run to end: node code sees an aborted signal. Returns the run as it then is; wait() for its end. */
  cancel(runId: string, decision?: Decision): Promise<Run>;
  hold(runId: string): Promise<Hold | undefined>;
  trace(runId: string): Promise<Trace>;
}

export interface RunsDeps {
  pool: Pool;
  serde: SerializerProtocol;
  starter: ThreadStarter;
  settled: SettledFeed;
}

const HOUR_MS = 3_600_000;

export function runsApi({ pool, serde, starter, settled }: RunsDeps): RunsApi {
  const store = async (value: unknown): Promise<StoredValue> => {
    try {
      const [type, bytes] = await serde.dumpsTyped(value);
      return { type, bytes: Buffer.from(bytes) };
    } catch (e) {
      throw new HoldfastError('INPUT_INVALID', 'the input cannot be stored: it is not serialisable', { cause: e });
    }
  };

  const submit = async (run: NewRun): Promise<Run> => {
    const stored = await submitRun(pool, run);
    if (run.multitask === 'interrupt' || run.multitask === 'rollback') await stopOthers(stored.run, run.multitask);
    await hand(stored, { number: 1, multitask: run.multitask }, () => withdrawRun(pool, run.runId));
    return stored.run;
  };

  /** A run that Temporal never heard of is taken back, so that it can simply be asked for again; one that began goes on. */
  const hand = async (stored: StoredRun, how: Handover, takeBack: () => Promise<boolean>): Promise<void> => {
    try {
      await starter.submit(stored, how);
    } catch (e) {
      if (await takeBack()) throw e;
    }
  };

  const stopOthers = async ({ threadId, runId }: Run, action: 'interrupt' | 'rollback'): Promise<void> => {
    const open = await listRuns(pool, { threadId, status: ['pending', 'running'] });
    const others = open.filter((other) => other.runId !== runId);
    for (const other of others)
      await requestCancel(pool, { runId: other.runId, action, reason: `run ${runId}`, actor: null });
  };

  const newRun = (agent: string, o: StartOptions): Omit<NewRun, 'kind' | 'payload'> => {
    const runId = o.runId ?? uuidv7();
    if (!isUuid(runId) || uuidVersion(runId) !== 7) {
      throw new HoldfastError(
        'INPUT_INVALID',
        `run id "${runId}" is not a uuid of version 7, by which runs are ordered`,
      );
    }
    return {
      runId,
      threadId: o.threadId ?? uuidv7(),
      agent,
      options: o.options ?? {},
      multitask: o.multitask ?? 'reject',
      resumesRunId: null,
      chainId: runId,
      initiator: o.initiator ?? null,
    };
  };

  const release = async (
    runId: string,
    verb: 'retry' | 'skip' | 'goto',
    { reason, actor, ...more }: Decision & { update?: unknown; node?: string },
  ): Promise<Run> => {
    const { stored, number } = await releaseHold(pool, {
      runId,
      verb,
      payload: verb === 'retry' ? null : await store(more.update ?? null),
      reason: reason ?? null,
      actor: actor ?? null,
      ...(more.node === undefined ? {} : { target: more.node }),
    });
    await hand(stored, { number, multitask: 'enqueue' }, () => holdAgain(pool, runId, number));
    return stored.run;
  };

  return {
    async start(agent, input, options = {}) {
      if (input === undefined)
        throw new HoldfastError('INPUT_INVALID', 'input is undefined', { next: 'pass null to go on from the state' });
      const base = newRun(agent, options);
      if (input === null) return submit({ ...base, kind: 'continue', payload: null });
      if (!isCommand(input)) return submit({ ...base, kind: 'input', payload: await store(input) });
      if (input.resume === undefined || input.resume === null)
        return submit({ ...base, kind: 'command', payload: await store(input) });
      return resumeByCommand(input, base);
    },
    async edit(agent, values, options) {
      return submit({ ...newRun(agent, options), kind: 'update', payload: await store(values) });
    },
    get: (runId) => getRun(pool, runId),
    list: (filter = {}) => listRuns(pool, filter),
    find: (prefix) => findRunIds(pool, prefix),
    async wait(runId, { timeoutMs = HOUR_MS } = {}) {
      const run = await settled.wait(runId, timeoutMs);
      if (run) return run;
      throw new HoldfastError('WAIT_TIMEOUT', `run ${runId} did not settle within ${timeoutMs} ms`, {
        details: { runId },
      });
    },
    async resume(runId, answers, options = {}) {
      const before = await getRun(pool, runId);
      if (before.status !== 'interrupted') {
        throw new HoldfastError('INTERRUPT_NOT_FOUND', `run ${runId} is ${before.status}: it asks nothing`, {
          details: { runId, status: before.status },
        });
      }
      const kind = before.interrupts.length === 0 ? 'continue' : 'resume';
      const byId = answersFor(before, answers);
      return submit({
        ...newRun(before.agent, { options: optionsOf(before), ...options, threadId: before.threadId }),
        kind,
        payload: kind === 'resume' ? await store(byId) : null,
        resumesRunId: before.runId,
        chainId: before.chainId,
      });
    },
    retry: (runId, decision = {}) => release(runId, 'retry', decision),
    skip: (runId, decision) => release(runId, 'skip', decision),
    goto: (runId, decision) => release(runId, 'goto', decision),
    async cancel(runId, { reason, actor } = {}) {
      const told = await requestCancel(pool, { runId, action: 'cancel', reason: reason ?? null, actor: actor ?? null });
      const run = await getRun(pool, runId);
      if (told && !(await starter.cancel(run.threadId, runId))) await resubmit(run);
      return getRun(pool, runId);
    },
    hold: (runId) => findHold(pool, runId),
    trace: (runId) => readTrace(pool, runId),
  };

  /** LangGraph's own way to answer: a Command on the thread. Bare answers go to the one interrupt there is, never to all. */
  async function resumeByCommand(
    input: { resume?: unknown; update?: unknown; goto?: unknown },
    base: Omit<NewRun, 'kind' | 'payload'>,
  ): Promise<Run> {
    const latest = await latestRunOf(pool, base.threadId);
    if (!latest) throw new HoldfastError('THREAD_NOT_FOUND', `thread ${base.threadId} has no run to resume`);
    const before = await getRun(pool, latest);
    const answers = answersFor(before, input.resume);
    const linked = { ...base, resumesRunId: before.runId, chainId: before.chainId };
    const more = input.update !== undefined || (Array.isArray(input.goto) && input.goto.length > 0);
    if (!more) return submit({ ...linked, kind: 'resume', payload: await store(answers) });
    return submit({
      ...linked,
      kind: 'command',
      payload: await store({ update: input.update, goto: input.goto, resume: answers }),
    });
  }

  /** Its workflow is not open: the request got lost between the two stores. Once handed over again, it is settled as cancelled. */
  async function resubmit(run: Run): Promise<void> {
    const { rows } = await pool.query<{ task_queue: string; submissions: number; era: number }>(
      `SELECT task_queue, submissions, coalesce((SELECT era FROM holdfast.fences f WHERE f.thread_id = r.thread_id), 0)::float8 AS era
       FROM holdfast.runs r WHERE run_id = $1`,
      [run.runId],
    );
    const row = rows[0];
    if (!row) return;
    await starter.submit(
      { run, taskQueue: row.task_queue, fence: row.era },
      { number: row.submissions, multitask: 'enqueue' },
    );
  }
}

/** An answer goes on under the same config; what concerns only the first entry stays behind. */
function optionsOf({ options }: Run): RunOptions {
  const { checkpointId: _, asNode: __, reason: ___, ...rest } = options;
  return rest;
}
