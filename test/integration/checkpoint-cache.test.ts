import { Annotation, StateGraph, type BaseCheckpointSaver } from '@langchain/langgraph';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCheckpointCache } from '../../src/checkpoint/cache.js';
import type { CheckpointRecord } from '../../src/checkpoint/tuple.js';
import { inThread, openLab, phase, type Lab } from '../support/checkpoint-lab.js';

let lab: Lab;
let threadId: string;
let runId: string;
beforeAll(async () => (lab = await openLab()));
afterAll(() => lab.close());
beforeEach(async () => ({ threadId, runId } = await lab.newThread()));

const State = Annotation.Root({ list: Annotation<string[]>(), n: Annotation<number>() });
const root = () => ({ configurable: { thread_id: threadId } });
/** One step; the node spoils what it was given. */
const spoiling = (checkpointer: BaseCheckpointSaver) =>
  new StateGraph(State)
    .addNode('spoil', ({ list, n }) => {
      list.push('spoiled');
      return { n: n + 1 };
    })
    .addEdge('__start__', 'spoil')
    .compile({ checkpointer });

const firstSlice = async () => {
  const session = await lab.attempt(threadId, runId, phase(1));
  await spoiling(session).invoke({ list: ['kept'], n: 0 }, inThread(threadId));
  await session.settle();
  return session.head!;
};
const state = async (attempt: number, seq: number) => {
  const session = await lab.attempt(threadId, runId, phase(attempt, seq));
  return (await session.getTuple(root()))!;
};
const spoilRows = () =>
  lab.pool.query(`UPDATE public.checkpoint_blobs SET blob = '"from the rows"' WHERE thread_id = $1 AND channel = 'n'`, [
    threadId,
  ]);

describe('the sticky cache', () => {
  it('serves the head of the run to the next slice, and holds what the rows hold', async () => {
    const head = await firstSlice();
    const rows = (await lab.checkpointer.getTuple(root()))!;
    await spoilRows();
    const cached = await state(1, 2);
    expect(cached.config.configurable!.checkpoint_id).toBe(head);
    expect(cached).toEqual(rows);
    // What a node did to its input after the superstep's values were stored is nobody's state.
    cached.checkpoint.channel_values.n = 'changed';
    (cached.checkpoint.channel_values.list as string[]).push('changed');
    expect(await state(1, 3)).toEqual(rows);
  });

  it('is not asked by a retry, nor for a new run, whose head nobody has named', async () => {
    await firstSlice();
    await spoilRows();
    expect((await state(2, 2)).checkpoint.channel_values.n).toBe('from the rows');
    runId = await lab.newRun(threadId);
    expect((await state(1, 3)).checkpoint.channel_values.n).toBe('from the rows');
  });

  it('knows the writes that wait under the head', async () => {
    const head = await firstSlice();
    const session = await lab.attempt(threadId, runId, phase(1, 2));
    await session.getTuple(root());
    await session.putWrites({ configurable: { ...root().configurable, checkpoint_id: head } }, [['n', 5]], 't');
    await session.settle();
    const rows = (await lab.checkpointer.getTuple(root()))!;
    expect(rows.pendingWrites).toEqual([['t', 'n', 5]]);
    expect(await state(1, 3)).toEqual(rows);
  });
});

describe('its limits', () => {
  const record = (id: string, size: number, head = 'c'): CheckpointRecord => ({
    ...{ threadId: id, ns: '', id: head, parentId: null, checkpoint: '{}', metadata: '{}', writes: [] },
    values: new Map([['a', { type: 'json', data: 'x'.repeat(size) }]]),
  });

  it('drop the threads that have not committed for longest', () => {
    const cache = createCheckpointCache({ entries: 2, bytes: 100_000 });
    for (const id of ['a', 'b', 'a', 'c']) cache.set(record(id, 10), phase(1));
    expect(['a', 'b', 'c'].map((id) => cache.get(id, 'c') !== undefined)).toEqual([true, false, true]);
    cache.set(record('big', 99_000), phase(1));
    expect(['a', 'c', 'big'].map((id) => cache.get(id, 'c') !== undefined)).toEqual([false, false, true]);
    cache.set(record('big', 200_000), phase(1));
    expect(cache.get('big', 'c')).toBeUndefined();
  });

  it('do not let a late answer to an earlier phase replace a later one', () => {
    const cache = createCheckpointCache();
    cache.set(record('a', 1, 'later'), phase(2));
    cache.set(record('a', 1, 'earlier'), phase(1));
    expect(cache.get('a', 'later')).toBeDefined();
  });
});
