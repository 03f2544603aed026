import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineAgent } from '../../src/agent/define-agent.js';
import { startRuntime, type TestRuntime } from '../support/runtime.js';

const Count = Annotation.Root({ n: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }) });
const counting = new StateGraph(Count)
  .addNode('count', () => ({ n: 1 }))
  .addEdge(START, 'count')
  .addConditionalEdges('count', ({ n }) => (n < 1_200 ? 'count' : END))
  .compile();
let runtime: TestRuntime;

beforeAll(async () => {
  runtime = await startRuntime([defineAgent({ name: 'counting', graph: counting, slice: 0 })]);
});
afterAll(() => runtime?.close());

test('a run of more supersteps than one Temporal history should hold goes on in a new execution, each step once', async () => {
  const options = { recursionLimit: 2_000 };
  const run = await runtime.client.runs.start('counting', { n: 0 }, { options });
  const ended = await runtime.client.runs.wait(run.runId, { timeoutMs: 120_000 });
  expect(ended).toMatchObject({ status: 'success', steps: 1_201 });
  expect((await runtime.client.threads.state(run.threadId)).values).toEqual({ n: 1_200 });
  const { rows } = await runtime.pool.query<{ eras: number; slices: number }>(
    'SELECT count(DISTINCT era)::int AS eras, count(*)::int AS slices FROM holdfast.attempts WHERE run_id = $1',
    [run.runId],
  );
  expect(rows[0]).toEqual({ eras: 2, slices: 1_201 });
}, 150_000);
