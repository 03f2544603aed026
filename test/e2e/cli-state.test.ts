import { Annotation, START, StateGraph } from '@langchain/langgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareAgent, defineAgent } from '../../src/agent/define-agent.js';
import { cliOf } from '../support/cli.js';
import { startRuntime, type TestRuntime } from '../support/runtime.js';

const State = Annotation.Root({
  n: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }),
  note: Annotation<string>(),
});
const graph = () =>
  new StateGraph(State)
    .addNode('one', () => ({ n: 1 }))
    .addNode('two', () => ({ n: 10, note: 'two' }))
    .addEdge(START, 'one')
    .addEdge('one', 'two')
    .compile();

let runtime: TestRuntime;
let cli: ReturnType<typeof cliOf>;
const thread = 'state-thread-1';
beforeAll(async () => {
  runtime = await startRuntime([
    bareAgent('sums', graph()),
    defineAgent({ name: 'owned', version: '2.0.0', owner: 'ops@example.com', graph: graph() }),
  ]);
  cli = cliOf(runtime.databaseUrl);
  await runtime.run('sums', { n: 100 }, { threadId: thread });
});
afterAll(() => runtime.close());

const lines = (text: string) => text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore

describe('state', () => {
  it('get prints the newest state, or that of a checkpoint; threads may be shortened', async () => {
    expect((await cli(['state', 'get', 'state-th', '-o', 'json'])).json()).toMatchObject({
      values: { n: 111, note: 'two' },
      next: [],
    });
    const [, before] = lines((await cli(['state', 'history', thread, '-o', 'jsonl'])).out);
    const earlier = await cli(['state', 'get', thread, '--checkpoint', before!['checkpoint_id'] as string]);
    expect(earlier.out).toMatch(/next +two/);
    expect(earlier.out).toContain('"n": 101');
  });

  it('history is newest first, page by page', async () => {
    const all = lines((await cli(['state', 'history', thread, '-o', 'jsonl'])).out);
    expect(all.map(({ step }) => step)).toEqual([2, 1, 0, -1]);
    const page = await cli([
      'state',
      'history',
      thread,
      '--limit',
      '1',
      '--before',
      all[0]!['checkpoint_id'] as string,
      '-o',
      'json',
    ]);
    expect(page.json()).toMatchObject([{ step: 1 }]);
  });

  it('diff says what the last step changed, or what lies between two checkpoints', async () => {
    expect((await cli(['state', 'diff', thread])).out).toBe('~ n: 101 -> 111\n+ note: "two"\n');
    const ids = lines((await cli(['state', 'history', thread, '-o', 'jsonl'])).out).map(
      (state) => state['checkpoint_id'] as string,
    );
    const between = await cli(['state', 'diff', thread, ids[2]!, ids[1]!, '-o', 'json']);
    expect(between.json()['changes']).toEqual([{ path: 'n', change: 'changed', before: 100, after: 101 }]);
  });

  it('edit goes through the reducers, as a node, and needs a reason', async () => {
    const refused = await cli(['state', 'edit', thread, '--values', '{"n": 5}', '--as-node', 'two']);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(/^error USAGE: --reason/);
    const edited = await cli([
      'state',
      'edit',
      thread,
      '--values',
      '{"n": 5}',
      '--as-node',
      'one',
      '--reason',
      'miscounted',
      '-o',
      'json',
    ]);
    expect(edited.json()).toMatchObject({ status: 'success', kind: 'update', values: { n: 116 } });
    expect((await cli(['state', 'get', thread, '-o', 'json'])).json()).toMatchObject({ next: ['two'] });
  });

  it('takes a whole id that is also the beginning of many', async () => {
    await runtime.run('sums', { n: 1 }, { threadId: 'many' });
    for (let i = 0; i < 11; i += 1) await runtime.client.runs.start('sums', { n: 1 }, { threadId: `many-${i}` });
    expect((await cli(['state', 'get', 'many', '-o', 'json'])).json()).toMatchObject({ thread_id: 'many' });
    expect(await cli(['state', 'get', 'man'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error USAGE/) as string,
    });
  });

  it('names what is not there', async () => {
    expect(await cli(['state', 'get', 'nobody'])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^error THREAD_NOT_FOUND/) as string,
    });
    const missing = await cli(['state', 'get', thread, '--checkpoint', '1ef00000-0000-6000-8000-000000000000']);
    expect(missing).toMatchObject({ code: 3, err: expect.stringMatching(/^error CHECKPOINT_NOT_FOUND/) as string });
  });
});

describe('agent', () => {
  it('ls and show say who owns it, which build it is and whether it has workers', async () => {
    const listed = await cli(['agent', 'ls']);
    expect(listed.out).toMatch(/owned +2\.0\.0 +ops@example\.com +\S+ +1/);
    const shown = (await cli(['agent', 'show', 'owned', '-o', 'json'])).json();
    expect(shown).toMatchObject({
      name: 'owned',
      version: '2.0.0',
      workers: 1,
      definition: { onExhausted: 'hold', bare: false },
    });
    expect(await cli(['agent', 'show', 'nobody'])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^error AGENT_NOT_FOUND/) as string,
    });
  });
});

describe('migrate', () => {
  it('does nothing twice', async () => {
    const { from, to } = (await cli(['migrate', '-o', 'json'])).json();
    expect(from).toBe(to);
  });
});
