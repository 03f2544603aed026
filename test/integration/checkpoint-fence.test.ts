import { randomUUID } from 'node:crypto';
import { Annotation, entrypoint, StateGraph, type BaseCheckpointSaver } from '@langchain/langgraph';
import { emptyCheckpoint, uuid6, type CheckpointMetadata } from '@langchain/langgraph-checkpoint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointSession, type Commit } from '../../src/checkpoint/session.js';
import { createPool } from '../../src/db/pool.js';
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import { beginSlice } from '../../src/runs/begin-slice.js';
import { inThread, openLab, phase, type Lab } from '../support/checkpoint-lab.js';

let lab: Lab;
beforeAll(async () => (lab = await openLab()));
afterAll(() => lab.close());

const Count = Annotation.Root({
  n: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }),
  to: Annotation<number>(),
});
/** Counts to `to`, one superstep each; `at` runs inside the node. */
const counter = (checkpointer: BaseCheckpointSaver, at: (n: number) => Promise<void> = async () => undefined) =>
  new StateGraph(Count)
    .addNode('work', async ({ n }) => {
      await at(n);
      return { n: 1 };
    })
    .addEdge('__start__', 'work')
    .addConditionalEdges('work', ({ n, to }) => (n < to ? 'work' : '__end__'))
    .compile({ checkpointer });

const at = (threadId: string, id?: string, ns = '') => ({
  configurable: { thread_id: threadId, checkpoint_ns: ns, ...(id && { checkpoint_id: id }) },
});
const loopStep = (step: number): CheckpointMetadata => ({ source: 'loop', step, parents: {} });
const checkpoint = (step = 0) => ({ ...emptyCheckpoint(), id: uuid6(step) });
const put = (session: CheckpointSession, threadId: string, parent?: string, step = 0) =>
  session.put(at(threadId, parent), checkpoint(step), loopStep(step), {});
const checkpointIds = async (threadId: string) =>
  (
    await lab.pool.query('SELECT checkpoint_id AS id FROM public.checkpoints WHERE thread_id = $1 ORDER BY 1', [
      threadId,
    ])
  ).rows.map((row) => row.id as string);
const writeRows = async (threadId: string) =>
  (
    await lab.pool.query(
      `SELECT task_id || ' ' || idx || ' ' || channel || ' ' || convert_from(blob, 'UTF8') AS row
       FROM public.checkpoint_writes WHERE thread_id = $1 ORDER BY task_id, idx`,
      [threadId],
    )
  ).rows.map((row) => row.row as string);
const task = randomUUID();

describe('a slice under its fence', () => {
  it('commits a superstep and the writes that produced it in one transaction', async () => {
    const { threadId, runId } = await lab.newThread();
    const session = await lab.attempt(threadId, runId, phase(1));
    session.tasksOfCommit = () => [{ id: task, node: 'work', ms: 3 }];
    const { n } = await counter(session).invoke({ n: 0, to: 4 }, inThread(threadId));
    await session.settle();
    expect(n).toBe(4);

    const { rows } = await lab.pool.query(
      `SELECT c.metadata ->> 'step' AS step, count(DISTINCT w.xmin::text)::int AS transactions, bool_and(w.xmin = c.xmin) AS together,
         bool_and(s.xmin = c.xmin) AS timeline
       FROM public.checkpoints c
       JOIN public.checkpoint_writes w ON w.thread_id = c.thread_id AND w.checkpoint_id = c.parent_checkpoint_id
       LEFT JOIN holdfast.supersteps s ON s.checkpoint_id = c.checkpoint_id
       WHERE c.thread_id = $1 GROUP BY c.checkpoint_id, c.metadata ORDER BY c.checkpoint_id`,
      [threadId],
    );
    expect(rows).toEqual(
      ['0', '1', '2', '3', '4'].map((step) => ({ step, transactions: 1, together: true, timeline: true })),
    );
  });

  it('tells after each commit what the thread is asked to do, and keeps head, stop and run id', async () => {
    const { threadId, runId } = await lab.newThread();
    const session = await lab.attempt(threadId, runId, phase(1));
    const commits: Commit[] = [];
    session.onCommit = (commit) => commits.push(commit);
    const ask = async (n: number) => {
      if (n === 1)
        await lab.pool.query(`UPDATE holdfast.fences SET control = 'drain' WHERE thread_id = $1`, [threadId]);
    };
    await counter(session, ask).invoke({ n: 0, to: 2 }, inThread(threadId));
    expect(commits.map(({ step, source, control }) => [step, source, control])).toEqual([
      [-1, 'input', 'none'],
      [0, 'loop', 'none'],
      [1, 'loop', 'none'],
      [2, 'loop', 'drain'],
    ]);
    expect(commits.at(-1)!.checkpointId).toBe(session.head);
    const { rows } = await lab.pool.query('SELECT head, stop FROM holdfast.fences WHERE thread_id = $1', [threadId]);
    expect(rows).toEqual([{ head: session.head, stop: 25 }]);
    const newest = await lab.stock.getTuple(at(threadId));
    expect(newest!.metadata).toMatchObject({ step: 2, run_id: runId });

    // The next slice of the run adopts the stop; the next run counts anew, from where it begins.
    expect((await lab.claim(threadId, runId, phase(1, 2)))!.stop).toBe(25);
    const next = await lab.attempt(threadId, await lab.newRun(threadId), phase(1, 3));
    await next.getTuple(at(threadId));
    expect(next.stop).toBe(2 + 2 + 25);
  });

  it('refuses an attempt that wakes up beside its successor, in puts and in writes', async () => {
    const { threadId, runId } = await lab.newThread();
    let wake!: () => void;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    const first = await lab.attempt(threadId, runId, phase(1));
    const lost: unknown[] = [];
    first.onFailure = (e) => lost.push(e);
    let reached!: () => void;
    const sleeping = new Promise<void>((resolve) => (reached = resolve));
    const zombie = counter(first, async (n) => {
      if (n !== 2) return;
      reached();
      await asleep;
    }).invoke({ n: 0, to: 5 }, inThread(threadId));
    await sleeping;

    const second = await lab.attempt(threadId, runId, phase(2));
    const { n } = await counter(second).invoke(null, inThread(threadId));
    await second.settle();
    const before = [await checkpointIds(threadId), await writeRows(threadId)];
    wake();
    const error = await zombie.catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'FENCED' });
    expect(first.isOwnError(error)).toBe(true);
    expect(lost).toEqual([error]);
    await expect(first.settle()).rejects.toBe(error);
    expect(n).toBe(5);
    expect([await checkpointIds(threadId), await writeRows(threadId)]).toEqual(before);

    const third = await lab.attempt(threadId, runId, phase(3));
    await second.putWrites(at(threadId, second.head), [['n', 7]], task);
    await second.putWrites(at(threadId, second.head, 'sub:1'), [['n', 7]], task);
    await expect(second.settle()).rejects.toMatchObject({ code: 'FENCED' });
    expect([await checkpointIds(threadId), await writeRows(threadId)]).toEqual(before);
    await third.settle();
  });

  it('refuses a put whose parent is not the head: two branches never grow in one run', async () => {
    const { threadId, runId } = await lab.newThread();
    const session = await lab.attempt(threadId, runId, phase(1));
    await put(session, threadId);
    const head = session.head!;
    await put(session, threadId, head, 1);
    await expect(put(session, threadId, head, 1)).rejects.toMatchObject({ code: 'FENCED' });
    expect(await checkpointIds(threadId)).toHaveLength(2);
  });

  it('does not bring a deleted thread back, with or without its row', async () => {
    for (const forget of ['UPDATE holdfast.fences SET deleted = true', 'DELETE FROM holdfast.fences']) {
      const { threadId, runId } = await lab.newThread();
      const session = await lab.attempt(threadId, runId, phase(1));
      await put(session, threadId);
      await lab.checkpointer.deleteThread(threadId);
      await lab.pool.query(`${forget} WHERE thread_id = $1`, [threadId]);
      await expect(put(session, threadId, session.head, 1)).rejects.toMatchObject({ code: 'FENCED' });
      expect(await checkpointIds(threadId)).toEqual([]);
      if (forget.startsWith('UPDATE')) expect(await lab.claim(threadId, runId, phase(9))).toBeUndefined();
    }
  });

  it('cannot be claimed by an attempt that comes after its successor', async () => {
    const { threadId, runId } = await lab.newThread();
    const worker = { workerId: randomUUID(), agentVersion: '1' };
    const begin = (n: number) => beginSlice(lab.pool, { threadId, runId, phase: phase(n) }, worker);
    await begin(3);
    await expect(begin(2)).rejects.toMatchObject({ code: 'FENCED' });
    const session = new CheckpointSession(lab.checkpointer, {
      ...{ threadId, runId, phase: phase(3), head: null, stop: null, recursionLimit: 25, fresh: true },
    });
    await put(session, threadId);
    expect(await checkpointIds(threadId)).toHaveLength(1);
  });

  it('adopts what stock LangGraph wrote, and sees when somebody else writes during the run', async () => {
    const { threadId, runId } = await lab.newThread();
    await counter(lab.stock).invoke({ n: 0, to: 2 }, inThread(threadId));
    const session = await lab.attempt(threadId, runId, phase(1));
    expect((await counter(session).invoke({ n: 0, to: 4 }, inThread(threadId))).n).toBe(4);
    expect(await session.foreignWriter()).toBe(false);
    await counter(lab.stock).updateState({ configurable: { thread_id: threadId } }, { n: 10 }, 'work');
    expect(await session.foreignWriter()).toBe(true);
  });

  it('lets a node work on another thread, where stock LangGraph would', async () => {
    const namespaces = async (saver: (threadId: string, runId: string) => Promise<BaseCheckpointSaver>) => {
      const [own, other] = [await lab.newThread(), await lab.newThread()];
      const elsewhere = counter(lab.stock);
      const graph = counter(await saver(own.threadId, own.runId), async () => {
        await elsewhere.invoke({ n: 0, to: 1 }, { configurable: { thread_id: other.threadId } });
      });
      await graph.invoke({ n: 0, to: 1 }, inThread(own.threadId));
      const { rows } = await lab.pool.query(
        `SELECT thread_id = $1 AS own, split_part(checkpoint_ns, ':', 1) AS ns, count(*)::int AS checkpoints FROM public.checkpoints
         WHERE thread_id IN ($1, $2) GROUP BY 1, 2 ORDER BY 1, 2`,
        [own.threadId, other.threadId],
      );
      return rows;
    };
    const expected = await namespaces(async () => lab.stock);
    expect(expected.map((row) => row.own)).toContain(false);
    expect(await namespaces((threadId, runId) => lab.attempt(threadId, runId, phase(1)))).toEqual(expected);
  });

  it('ends the superstep, not the process, when PostgreSQL is gone', async () => {
    const unattended: unknown[] = [];
    const note = (e: unknown) => unattended.push(e);
    process.on('unhandledRejection', note);
    const pool = createPool('postgres://nobody@127.0.0.1:1/nothing');
    try {
      const start = {
        threadId: 't',
        runId: randomUUID(),
        phase: phase(1),
        head: null,
        stop: null,
        recursionLimit: 25,
        fresh: true,
      };
      const session = new CheckpointSession(new PostgresCheckpointer(pool), start);
      const error = await counter(session)
        .invoke({ n: 0, to: 2 }, inThread('t'))
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'POSTGRES_UNREACHABLE' });
      expect(session.isOwnError(new AggregateError([new Error('x'), new Error('y', { cause: error })]))).toBe(true);
      expect(session.isOwnError(new Error('x'))).toBe(false);

      // The first checkpoint of an entrypoint is one that LangGraph leaves unattended while its body runs.
      const { threadId, runId } = await lab.newThread();
      const first = await lab.attempt(threadId, runId, phase(1));
      const body = async () => new Promise((resolve) => setTimeout(resolve, 200));
      await lab.attempt(threadId, runId, phase(2));
      const lost = entrypoint({ name: 'slow', checkpointer: first }, body).invoke(1, inThread(threadId));
      await expect(lost).rejects.toMatchObject({ code: 'FENCED' });
    } finally {
      await pool.end();
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', note);
    }
    expect(unattended).toEqual([]);
  });
});
