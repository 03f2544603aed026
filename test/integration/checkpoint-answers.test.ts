import { randomUUID } from 'node:crypto';
import { Annotation, Command, interrupt, StateGraph, type BaseCheckpointSaver } from '@langchain/langgraph';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inThread, openLab, phase, type Lab } from '../support/checkpoint-lab.js';

let lab: Lab;
let threadId: string;
let runId: string;
beforeAll(async () => (lab = await openLab()));
afterAll(() => lab.close());
beforeEach(async () => ({ threadId, runId } = await lab.newThread()));

const State = Annotation.Root({ log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }) });

/** Two questions in a row in one node. */
const twice = (checkpointer: BaseCheckpointSaver) =>
  new StateGraph(State)
    .addNode('ask', () => ({ log: [interrupt('first') as string, interrupt('second') as string] }))
    .addEdge('__start__', 'ask')
    .compile({ checkpointer });

/** Two subgraphs side by side, each asking once. */
const nested = (checkpointer: BaseCheckpointSaver) => {
  const inner = (name: string) =>
    new StateGraph(State)
      .addNode('before', () => ({ log: [`${name} began`] }))
      .addNode('ask', () => ({ log: [`${name} ${interrupt(name) as string}`] }))
      .addEdge('__start__', 'before')
      .addEdge('before', 'ask')
      .compile();
  return new StateGraph(State)
    .addNode('left', async (state) => ({ log: (await inner('left').invoke({ log: [] })).log.slice(state.log.length) }))
    .addNode('right', inner('right'))
    .addEdge('__start__', 'left')
    .addEdge('__start__', 'right')
    .compile({ checkpointer });
};

type Graph = ReturnType<typeof twice> | ReturnType<typeof nested>;

const pending = async (graph: (saver: BaseCheckpointSaver) => Graph): Promise<Record<string, string>> => {
  const state = await graph(lab.stock).getState({ configurable: { thread_id: threadId } });
  const asked = state.tasks.flatMap((task) => task.interrupts);
  return Object.fromEntries(asked.map(({ id, value }) => [value as string, id!]));
};

const start = async (graph: (saver: BaseCheckpointSaver) => Graph) => {
  const session = await lab.attempt(threadId, runId, phase(1));
  await graph(session).invoke({ log: [] }, inThread(threadId));
  await session.settle();
};
let seq = 1;
/** The first slice of a run that answers: apply, then go on with nothing. */
const answer = async (graph: (saver: BaseCheckpointSaver) => Graph, answers: Record<string, unknown>) => {
  const session = await lab.attempt(threadId, await lab.newRun(threadId), phase(1, ++seq));
  await session.applyAnswers(randomUUID(), answers);
  const state = await graph(session).invoke(null, inThread(threadId));
  await session.settle();
  return state.log;
};
const resumeRows = async () =>
  (
    await lab.pool.query(
      `SELECT convert_from(blob, 'UTF8')::jsonb AS list FROM public.checkpoint_writes WHERE thread_id = $1 AND channel = '__resume__' ORDER BY checkpoint_ns`,
      [threadId],
    )
  ).rows.map((row) => row.list as unknown);

describe('answers', () => {
  it('reach the question they name, one after the other, each list in full', async () => {
    await start(twice);
    expect(await answer(twice, { [(await pending(twice)).first!]: 'one' })).toEqual([]);
    expect(await resumeRows()).toEqual([['one']]);
    expect(await answer(twice, { [(await pending(twice)).second!]: 'two' })).toEqual(['one', 'two']);
    expect(await resumeRows()).toEqual([['one', 'two']]);
  });

  it('are applied once per request, however often a slice is tried', async () => {
    await start(twice);
    const { first } = await pending(twice);
    const request = randomUUID();
    const run = await lab.newRun(threadId);
    for (const attempt of [1, 2, 3]) {
      const session = await lab.attempt(threadId, run, phase(attempt, ++seq));
      await session.applyAnswers(request, { [first!]: 'one' });
    }
    expect(await resumeRows()).toEqual([['one']]);
  });

  it('reach the task inside a subgraph that asked, and leave its neighbour waiting', async () => {
    await start(nested);
    const questions = await pending(nested);
    expect(Object.keys(questions).sort()).toEqual(['left', 'right']);
    await answer(nested, { [questions.right!]: 'R' });
    expect(await pending(nested)).toMatchObject({ left: questions.left });
    expect((await answer(nested, { [questions.left!]: 'L' })).sort()).toEqual([
      'left L',
      'left began',
      'right R',
      'right began',
    ]);
    const { rows } = await lab.pool.query(
      `SELECT bool_and(checkpoint_ns <> '') AS inner FROM public.checkpoint_writes WHERE thread_id = $1 AND channel = '__resume__'`,
      [threadId],
    );
    expect(rows).toEqual([{ inner: true }]);
  });

  it('to both at once are one statement', async () => {
    await start(nested);
    const { left, right } = await pending(nested);
    expect((await answer(nested, { [left!]: 'L', [right!]: 'R' })).filter((line) => line.length < 8).sort()).toEqual([
      'left L',
      'right R',
    ]);
  });

  it('to a question that nobody asks change nothing', async () => {
    await start(twice);
    const { first } = await pending(twice);
    const session = await lab.attempt(threadId, await lab.newRun(threadId), phase(1, ++seq));
    const error = await session.applyAnswers(randomUUID(), { [first!]: 'one', nobody: 1 }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'INTERRUPT_NOT_FOUND', details: { interruptId: 'nobody' } });
    expect(session.isOwnError(error)).toBe(false);
    expect(await resumeRows()).toEqual([]);
  });

  it('of an attempt that lost the thread are not applied', async () => {
    await start(twice);
    const { first } = await pending(twice);
    const run = await lab.newRun(threadId);
    const late = await lab.attempt(threadId, run, phase(1, ++seq));
    await lab.attempt(threadId, run, phase(2, seq));
    await expect(late.applyAnswers(randomUUID(), { [first!]: 'one' })).rejects.toMatchObject({ code: 'FENCED' });
    expect(await resumeRows()).toEqual([]);
  });
});

describe('a thread interrupted under one saver goes on under the other', () => {
  it('ours, then stock', async () => {
    await start(nested);
    const { left, right } = await pending(nested);
    const answers = { [left!]: 'L', [right!]: 'R' };
    const { log } = await nested(lab.stock).invoke(new Command({ resume: answers }) as never, inThread(threadId));
    expect(log.sort()).toEqual(['left L', 'left began', 'right R', 'right began']);
  });

  it('stock, then ours, then stock', async () => {
    await twice(lab.stock).invoke({ log: [] }, inThread(threadId));
    expect(await answer(twice, { [(await pending(twice)).first!]: 'one' })).toEqual([]);
    const { second } = await pending(twice);
    const { log } = await twice(lab.stock).invoke(new Command({ resume: { [second!]: 'two' } }), inThread(threadId));
    expect(log).toEqual(['one', 'two']);
  });
});
