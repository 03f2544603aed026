import { Annotation, START, StateGraph } from '@langchain/langgraph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareAgent, defineAgent } from '../../src/agent/define-agent.js';
import { createProbe } from '../support/probe.js';
import { startRuntime, type TestRuntime } from '../support/runtime.js';
import { until } from '../support/until.js';

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
  any: Annotation<unknown>,
});
const probe = createProbe();
const graphReturning = (value: () => unknown) =>
  new StateGraph(State)
    .addNode('first', () => ({ log: ['first'] }))
    .addNode('bad', () => {
      probe.note('bad');
      return value() as { log: string[] };
    })
    .addEdge(START, 'first')
    .addEdge('first', 'bad')
    .compile();

const unreadable = () => ({
  any: {
    toJSON: () => {
      throw new TypeError('a socket cannot be stored');
    },
  },
});

let runtime: TestRuntime;
beforeAll(async () => {
  const quick = { '*': { retry: { maximumAttempts: 3, initialInterval: 5 } } };
  runtime = await startRuntime([
    bareAgent(
      'garbage-bare',
      graphReturning(() => 7),
    ),
    defineAgent({ name: 'garbage', graph: graphReturning(() => 7), nodes: quick }),
    bareAgent('unserializable-bare', graphReturning(unreadable)),
    defineAgent({ name: 'unserializable', graph: graphReturning(unreadable), nodes: quick }),
    bareAgent(
      'zero',
      graphReturning(() => ({ log: ['a\u0000b'], any: { 'k\u0000': '\u0000' } })),
    ),
    bareAgent(
      'fine',
      graphReturning(() => ({ log: ['fine'] })),
    ),
  ]);
});
afterAll(() => runtime?.close());

describe('a node that returns garbage', () => {
  test('ends a bare run with LangGraph’s own error', async () => {
    const run = await runtime.run('garbage-bare', { log: [] });
    expect(run).toMatchObject({ status: 'error', error: { name: 'InvalidUpdateError' } });
  });

  test('holds a defined agent at once: trying again cannot help', async () => {
    const before = probe.count('bad');
    const run = await runtime.run('garbage', { log: [] });
    expect(run).toMatchObject({ status: 'held', waitingAt: ['bad'], error: { code: 'NODE_FAILED' } });
    expect(probe.count('bad') - before).toBe(1);
  });
});

describe('a state that cannot be stored', () => {
  test('ends or holds the run with the cause, and what was committed stays', async () => {
    const bare = await runtime.run('unserializable-bare', { log: [] });
    expect(bare).toMatchObject({ status: 'error', error: { code: 'STATE_UNSERIALIZABLE' } });
    const held = await runtime.run('unserializable', { log: [] });
    expect(held).toMatchObject({ status: 'held', error: { code: 'STATE_UNSERIALIZABLE' } });
    expect(await runtime.client.runs.hold(held.runId)).toMatchObject({ cause: 'state_unserializable' });
    expect((await runtime.client.threads.state(held.threadId)).values).toMatchObject({ log: ['first'] });
  });

  test('is not one with U+0000 in it, which PostgreSQL’s text cannot hold', async () => {
    const run = await runtime.run('zero', { log: [] });
    expect(run).toMatchObject({ status: 'success' });
    const { values } = await runtime.client.threads.state(run.threadId);
    expect(values).toEqual({ log: ['first', 'a\u0000b'], any: { 'k\u0000': '\u0000' } });
  });
});

test('a full disk stops a run where it is, visibly, and it goes on when there is space', async () => {
  // PostgreSQL reports a full disk as SQLSTATE 53100; a trigger that raises it takes the same way through our code.
  await runtime.pool.query(`
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON checkpoints FOR EACH ROW EXECUTE FUNCTION full_disk();`);
  const { runId, threadId } = await runtime.client.runs.start('fine', { log: [] });
  await until(
    async () => ((await runtime.client.runs.trace(runId)).runs[0]?.attempts.length ?? 0) > 1,
    'a second attempt',
  );
  expect((await runtime.client.runs.get(runId)).status).toBe('running');
  const [seen] = (await runtime.client.runs.trace(runId)).runs;
  expect(seen?.attempts[0]?.outcome).toContain('DISK_FULL');
  await runtime.pool.query('DROP TRIGGER full_disk ON checkpoints');
  expect((await runtime.client.runs.wait(runId, { timeoutMs: 20_000 })).status).toBe('success');
  expect((await runtime.client.threads.state(threadId)).values).toMatchObject({ log: ['first', 'fine'] });
});
