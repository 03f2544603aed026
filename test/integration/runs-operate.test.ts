import { Annotation, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import type { RunnableConfig } from '@langchain/core/runnables';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareAgent, defineAgent } from '../../src/agent/define-agent.js';
import { createClient } from '../../src/client/index.js';
import { createLatch, createProbe, type Latch } from '../support/probe.js';
import { startRuntime, type TestRuntime } from '../support/runtime.js';

const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
});
const probe = createProbe();
const latches = new Map<string, Latch>();
const latchOf = (threadId: string): Latch => {
  const latch = latches.get(threadId) ?? createLatch();
  latches.set(threadId, latch);
  return latch;
};
const threadOf = (config: RunnableConfig): string => String(config.configurable?.['thread_id']);
let broken = true;

/** a -> work -> z; `work` fails while `broken`. */
const failing = () =>
  new StateGraph(Log)
    .addNode('a', () => ({ log: ['a'] }))
    .addNode('work', (_, config: RunnableConfig) => {
      probe.note(`work ${threadOf(config)}`);
      if (broken) throw new Error('the warehouse is closed');
      return { log: ['work'] };
    })
    .addNode('z', () => ({ log: ['z'] }), { ends: ['other'] })
    .addNode('other', () => ({ log: ['other'] }))
    .addEdge(START, 'a')
    .addEdge('a', 'work')
    .addEdge('work', 'z')
    .addEdge('other', END)
    .compile();

const waiting = new StateGraph(Log)
  .addNode('a', () => ({ log: ['a'] }))
  .addNode('wait', async (_, config: RunnableConfig) => {
    probe.note(`wait ${threadOf(config)}`);
    await latchOf(threadOf(config)).wait(config.signal);
    return { log: ['waited'] };
  })
  .addEdge(START, 'a')
  .addEdge('a', 'wait')
  .compile();

const asking = new StateGraph(Log)
  .addNode('ask', () => ({ log: [String(interrupt('go on?'))] }))
  .addEdge(START, 'ask')
  .compile();

const counting = new StateGraph(Log)
  .addNode('n', () => ({ log: ['n'] }))
  .addEdge(START, 'n')
  .addConditionalEdges('n', (s) => (s.log.length < 6 ? 'n' : END))
  .compile();

let runtime: TestRuntime;
let client: TestRuntime['client'];

beforeAll(async () => {
  const retry = { maximumAttempts: 2, initialInterval: 10 };
  runtime = await startRuntime([
    defineAgent({ name: 'failing', graph: failing(), nodes: { '*': { retry } } }),
    defineAgent({ name: 'strict', graph: failing(), nodes: { '*': { retry } }, onExhausted: 'fail' }),
    bareAgent('bare', failing()),
    bareAgent('waiting', waiting),
    bareAgent('asking', asking),
    defineAgent({ name: 'limited', graph: counting, limits: { steps: 4 } }),
  ]);
  client = runtime.client;
});
afterAll(() => runtime?.close());

const logOf = async (threadId: string): Promise<unknown> => (await client.threads.state(threadId)).values['log'];

describe('a failing node', () => {
  test('holds a defined agent after exactly its tries, with the cause, and retry goes on from there', async () => {
    broken = true;
    const run = await runtime.run('failing', { log: [] });
    expect(run).toMatchObject({ status: 'held', waitingAt: ['work'], error: { code: 'NODE_FAILED' } });
    expect(run.error?.message).toContain('the warehouse is closed');
    expect(probe.count(`work ${run.threadId}`)).toBe(2);
    expect(await client.runs.hold(run.runId)).toMatchObject({ cause: 'node_failed', node: 'work', releasedAt: null });

    await client.runs.retry(run.runId, { reason: 'still closed?', actor: 'ops' });
    expect((await client.runs.wait(run.runId)).status).toBe('held');
    expect(probe.count(`work ${run.threadId}`)).toBe(4);

    broken = false;
    await client.runs.retry(run.runId, { reason: 'open again', actor: 'ops' });
    expect((await client.runs.wait(run.runId)).status).toBe('success');
    expect(await logOf(run.threadId)).toEqual(['a', 'work', 'z']);
    expect(await client.runs.hold(run.runId)).toMatchObject({ verb: 'retry', reason: 'open again', actor: 'ops' });
  });

  test('is replaced by a given update: skip', async () => {
    broken = true;
    const run = await runtime.run('failing', { log: [] });
    await client.runs.skip(run.runId, { update: { log: ['by hand'] }, reason: 'done by phone' });
    expect((await client.runs.wait(run.runId)).status).toBe('success');
    expect(await logOf(run.threadId)).toEqual(['a', 'by hand', 'z']);
  });

  test('is left for another node: goto', async () => {
    broken = true;
    const run = await runtime.run('failing', { log: [] });
    const tries = probe.count(`work ${run.threadId}`);
    await client.runs.goto(run.runId, { node: 'other', update: { log: ['went'] }, reason: 'other way' });
    expect((await client.runs.wait(run.runId)).status).toBe('success');
    expect(await logOf(run.threadId)).toEqual(['a', 'went', 'other']);
    expect(probe.count(`work ${run.threadId}`)).toBe(tries);
  });

  test('a state edit while it is held is what the retry then sees', async () => {
    broken = true;
    const run = await runtime.run('failing', { log: [] });
    const edit = await client.threads.edit(run.threadId, { values: { log: ['edited'] }, asNode: 'a', reason: 'fix' });
    expect((await client.runs.wait(edit.runId)).status).toBe('success');
    broken = false;
    await client.runs.retry(run.runId, {});
    expect((await client.runs.wait(run.runId)).status).toBe('success');
    expect(await logOf(run.threadId)).toEqual(['a', 'edited', 'work', 'z']);
  });

  test('ends the run of an agent that fails, and of a bare graph at once, as LangGraph does', async () => {
    broken = true;
    const strict = await runtime.run('strict', { log: [] });
    expect(strict).toMatchObject({ status: 'error', error: { name: 'Error', message: 'the warehouse is closed' } });
    expect(probe.count(`work ${strict.threadId}`)).toBe(2);
    const bare = await runtime.run('bare', { log: [] });
    expect(bare).toMatchObject({ status: 'error', error: { name: 'Error', message: 'the warehouse is closed' } });
    expect(probe.count(`work ${bare.threadId}`)).toBe(1);
  });

  test('a run that is not held cannot be retried', async () => {
    broken = false;
    const run = await runtime.run('failing', { log: [] });
    await expect(client.runs.retry(run.runId)).rejects.toMatchObject({ code: 'RUN_NOT_HELD' });
  });

  test('a held run whose thread has gone on is not retried over the newer state', async () => {
    broken = true;
    const run = await runtime.run('failing', { log: [] });
    broken = false;
    await runtime.run('failing', { log: ['new'] }, { threadId: run.threadId });
    await expect(client.runs.retry(run.runId)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });
});

describe('limits', () => {
  test('hold the run and ask; a retry grants as much again', async () => {
    const run = await runtime.run('limited', { log: [] });
    expect(run).toMatchObject({ status: 'held', error: { code: 'LIMIT_REACHED' } });
    expect((await logOf(run.threadId)) as string[]).toHaveLength(3);
    await client.runs.retry(run.runId, { reason: 'go on' });
    expect((await client.runs.wait(run.runId)).status).toBe('success');
    expect((await logOf(run.threadId)) as string[]).toHaveLength(6);
  });
});

describe('cancel', () => {
  test('reaches node code in flight and ends the run as cancelled', async () => {
    const { runId, threadId } = await client.runs.start('waiting', { log: [] });
    await probe.seen(`wait ${threadId}`);
    await client.runs.cancel(runId, { reason: 'changed my mind' });
    expect((await client.runs.wait(runId, { timeoutMs: 10_000 })).status).toBe('cancelled');
    expect(await logOf(threadId)).toEqual(['a']);
    const again = await client.runs.start('bare', { log: [] }, { threadId });
    expect((await client.runs.wait(again.runId)).threadId).toBe(threadId);
  });

  test('takes a queued run out before it begins', async () => {
    const first = await client.runs.start('waiting', { log: [] });
    const { threadId } = first;
    await probe.seen(`wait ${threadId}`);
    const second = await client.runs.start('waiting', { log: ['second'] }, { threadId, multitask: 'enqueue' });
    await client.runs.cancel(second.runId);
    latchOf(threadId).open();
    expect((await client.runs.wait(first.runId)).status).toBe('success');
    expect((await client.runs.wait(second.runId)).status).toBe('cancelled');
    expect(await logOf(threadId)).toEqual(['a', 'waited']);
  });

  test('ends a run that waits for a person, and not one that has ended', async () => {
    const run = await runtime.run('asking', { log: [] });
    expect((await client.runs.cancel(run.runId)).status).toBe('cancelled');
    await expect(client.runs.cancel(run.runId)).rejects.toMatchObject({ code: 'RUN_ENDED' });
  });
});

describe('a busy thread', () => {
  const busy = async () => {
    const first = await client.runs.start('waiting', { log: ['1'] });
    await probe.seen(`wait ${first.threadId}`);
    return first;
  };

  test('rejects by default, and leaves no run behind', async () => {
    const first = await busy();
    const { threadId } = first;
    await expect(client.runs.start('waiting', { log: ['2'] }, { threadId })).rejects.toMatchObject({
      code: 'THREAD_BUSY',
    });
    expect(await client.runs.list({ threadId })).toHaveLength(1);
    latchOf(threadId).open();
    expect((await client.runs.wait(first.runId)).status).toBe('success');
  });

  test('enqueues in order', async () => {
    const first = await busy();
    const { threadId } = first;
    const second = await client.runs.start('waiting', { log: ['2'] }, { threadId, multitask: 'enqueue' });
    latchOf(threadId).open();
    expect((await client.runs.wait(second.runId)).status).toBe('success');
    expect(await logOf(threadId)).toEqual(['1', 'a', 'waited', '2', 'a', 'waited']);
  });

  test('interrupts: the run in progress stops with its commits kept', async () => {
    const first = await busy();
    const { threadId } = first;
    const second = await client.runs.start('bare', { log: ['2'] }, { threadId, multitask: 'interrupt' });
    expect((await client.runs.wait(first.runId, { timeoutMs: 10_000 })).status).toBe('interrupted');
    broken = false;
    await client.runs.wait(second.runId);
    expect(await logOf(threadId)).toEqual(['1', 'a', '2', 'a', 'work', 'z']);
  });

  test('rolls back: the run in progress leaves nothing', async () => {
    broken = false;
    const { threadId } = await runtime.run('bare', { log: ['0'] });
    const first = await client.runs.start('waiting', { log: ['1'] }, { threadId });
    await probe.seen(`wait ${threadId}`);
    const second = await client.runs.start('bare', { log: ['2'] }, { threadId, multitask: 'rollback' });
    expect((await client.runs.wait(first.runId, { timeoutMs: 10_000 })).status).toBe('cancelled');
    await client.runs.wait(second.runId);
    expect(await logOf(threadId)).toEqual(['0', 'a', 'work', 'z', '2', 'a', 'work', 'z']);
  });
});

describe('answers', () => {
  test('go on as a new linked run, once', async () => {
    const asked = await runtime.run('asking', { log: [] });
    expect(asked.interrupts).toMatchObject([{ node: 'ask', value: 'go on?' }]);
    const answered = await client.runs.resume(asked.runId, 'yes');
    expect(answered).toMatchObject({ resumesRunId: asked.runId, chainId: asked.chainId, threadId: asked.threadId });
    expect((await client.runs.wait(answered.runId)).status).toBe('success');
    expect(await logOf(asked.threadId)).toEqual(['yes']);
    await expect(client.runs.resume(asked.runId, 'again')).rejects.toMatchObject({ code: 'INTERRUPT_ANSWERED' });
  });

  test('two at the same time: one wins', async () => {
    const asked = await runtime.run('asking', { log: [] });
    const both = await Promise.allSettled(
      ['x', 'y'].map((answer) => client.runs.resume(asked.runId, answer, { multitask: 'enqueue' })),
    );
    const won = both.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(both.find((result) => result.status === 'rejected')?.reason).toMatchObject({ code: 'INTERRUPT_ANSWERED' });
  });

  test('to something that is not asked are refused before anything happens', async () => {
    const asked = await runtime.run('asking', { log: [] });
    const unknown = { ['0'.repeat(32)]: 'x' };
    await expect(client.runs.resume(asked.runId, unknown)).rejects.toMatchObject({ code: 'INTERRUPT_NOT_FOUND' });
    expect((await client.runs.get(asked.runId)).status).toBe('interrupted');
    await expect(client.runs.resume('00000000-0000-7000-8000-000000000000', 1)).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });
});

describe('threads', () => {
  test('a deleted thread does not come back, even from a run that was in a node', async () => {
    const { runId, threadId } = await client.runs.start('waiting', { log: [] });
    await probe.seen(`wait ${threadId}`);
    await client.threads.delete(threadId);
    latchOf(threadId).open();
    await expect(client.runs.get(runId)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(client.threads.state(threadId)).rejects.toMatchObject({ code: 'THREAD_NOT_FOUND' });
    await expect(client.runs.start('bare', { log: [] }, { threadId })).rejects.toMatchObject({
      code: 'THREAD_DELETED',
    });
  });

  test('a copy has the state and goes its own way', async () => {
    const asked = await runtime.run('asking', { log: ['before'] });
    const copy = await client.threads.copy(asked.threadId);
    expect((await client.threads.state(copy)).interrupts).toHaveLength(1);
    broken = false;
    await runtime.run('bare', { log: ['in the copy'] }, { threadId: copy });
    expect(await logOf(asked.threadId)).toEqual(['before']);
  });
});

describe('without Temporal', () => {
  test('nothing is started and nothing is left behind; what was held stays held; reading works', async () => {
    broken = true;
    const held = await runtime.run('failing', { log: [] });
    const alone = createClient({
      databaseUrl: runtime.databaseUrl,
      temporal: { address: '127.0.0.1:9', namespace: 'default' },
    });
    const unreachable = { code: 'TEMPORAL_UNREACHABLE' };
    const { threadId } = held;
    await expect(alone.runs.start('bare', { log: [] }, { threadId })).rejects.toMatchObject(unreachable);
    await expect(alone.runs.retry(held.runId, { reason: 'now' })).rejects.toMatchObject(unreachable);
    expect(await alone.runs.list({ threadId })).toMatchObject([
      { runId: held.runId, status: 'held', waitingAt: ['work'] },
    ]);
    expect(await alone.runs.hold(held.runId)).toMatchObject({ cause: 'node_failed', releasedAt: null });
    await alone.close();
    broken = false;
    await client.runs.retry(held.runId);
    expect((await client.runs.wait(held.runId)).status).toBe('success');
  });
});

describe('what cannot start', () => {
  test('says why at once: unknown agent, no live worker, input that cannot be stored', async () => {
    await expect(client.runs.start('nobody', {})).rejects.toMatchObject({ code: 'AGENT_NOT_FOUND' });
    await runtime.pool.query(
      `INSERT INTO holdfast.agents (name, version, task_queue) VALUES ('orphan', '1', 'nowhere') ON CONFLICT DO NOTHING`,
    );
    await expect(client.runs.start('orphan', {})).rejects.toMatchObject({ code: 'NO_WORKER' });
    const circular: Record<string, unknown> = {};
    circular['self'] = {
      get boom() {
        throw new Error('not readable');
      },
    };
    await expect(client.runs.start('bare', circular)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
