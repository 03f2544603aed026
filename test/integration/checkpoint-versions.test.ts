import { Annotation, Send, StateGraph, type BaseCheckpointSaver } from '@langchain/langgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVersions } from '../../src/checkpoint/versions.js';
import { inThread, openLab, type Lab } from '../support/checkpoint-lab.js';

let lab: Lab;
beforeAll(async () => (lab = await openLab()));
afterAll(() => lab.close());

const State = Annotation.Root({ log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }) });
const graph = (checkpointer: BaseCheckpointSaver) =>
  new StateGraph(State)
    .addNode('a', () => ({ log: ['a'] }))
    .addNode('b', ({ log }) => ({ log: [`b after ${log.join(',')}`] }))
    .addEdge('__start__', 'a')
    .addEdge('a', 'b')
    .compile({ checkpointer });

describe('a thread that forks', () => {
  it('keeps the values of its branches apart, also when stock LangGraph goes on with them', async () => {
    const { threadId } = await lab.newThread();
    const ours = graph(lab.checkpointer);
    await ours.invoke({ log: ['in'] }, inThread(threadId));
    const history = [];
    for await (const state of ours.getStateHistory({ configurable: { thread_id: threadId } })) history.push(state);
    const before = history.find((state) => state.next.includes('b'))!;
    const branch = await ours.updateState(before.config, { log: ['edited'] }, 'a');
    const again = await ours.updateState(before.config, { log: ['other'] }, 'a');
    for (const [config, edit] of [
      [branch, 'edited'],
      [again, 'other'],
    ] as const) {
      expect((await ours.getState(config)).values.log).toEqual(['in', 'a', edit]);
      const { log } = await ours.invoke(null, { ...config, durability: 'sync' });
      expect(log).toEqual(['in', 'a', edit, `b after in,a,${edit}`]);
    }
    expect((await ours.getState(history[0]!.config)).values.log).toEqual(['in', 'a', 'b after in,a']);
    const { log } = await graph(lab.stock).invoke({ log: ['more'] }, inThread(threadId));
    expect(log.slice(-3)).toEqual(['more', 'a', expect.stringMatching(/^b after .*more,a$/)]);
  });

  it('has versions that grow, are equal where LangGraph compares them, and differ between passes', async () => {
    const next = createVersions();
    const [first, same] = [next(3.25), next(3.5)];
    expect(first).toBe(same);
    expect(first).toBeGreaterThan(4);
    expect(first).toBeLessThan(5);
    await Promise.resolve();
    expect(next(3.25)).not.toBe(first);
    expect(next(undefined)).toBeGreaterThan(1);
    expect(() => next('00001.5' as never)).toThrow(/Python/);
  });

  it('finds the node of an edit ambiguous exactly where stock does', async () => {
    const both = (checkpointer: BaseCheckpointSaver) =>
      new StateGraph(State)
        .addNode('fan', () => ({}))
        .addNode('x', () => ({ log: ['x'] }))
        .addNode('y', () => ({ log: ['y'] }))
        .addEdge('__start__', 'fan')
        .addConditionalEdges('fan', () => ['x', 'y', new Send('x', { log: [] })])
        .compile({ checkpointer });
    for (const saver of [lab.stock, lab.checkpointer]) {
      const { threadId } = await lab.newThread();
      await both(saver).invoke({ log: [] }, inThread(threadId));
      const edit = both(saver).updateState({ configurable: { thread_id: threadId } }, { log: ['?'] });
      await expect(edit).rejects.toThrow(/Ambiguous/);
    }
  });
});
