import { describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { SLOW_START, useWorkerLab } from '../support/worker-probe/lab.js';

const lab = useWorkerLab();

// The heartbeat timeout is 15 s, and SDK core drops results of its own accord 5 s later.
describe.concurrent('node code that blocks the event loop beyond every timeout is slow, not lost', () => {
  test('when it ends the attempt', SLOW_START, async (context) => {
    const supervisor = await lab.working(context, { workers: 1 });
    const spec = { steps: 1, stepMs: 10, block: { step: 0, ms: 25_000 } };
    const run = await lab.probe(context, supervisor, spec);
    expect(await run.result()).toMatchObject({ done: 1, ended: 'done' });
    expect(run.marks().map(({ what, attempt }) => `${what}, attempt ${attempt}`)).toEqual([
      'start 0, attempt 1',
      'commit 0, attempt 1',
    ]);
  });

  test('when the attempt goes on after it', SLOW_START, async (context) => {
    const supervisor = await lab.working(context, { workers: 1 });
    const spec = { steps: 17, stepMs: 1_000, block: { step: 0, ms: 21_000 } };
    const run = await lab.probe(context, supervisor, spec);
    expect(await run.result()).toMatchObject({ done: 17, ended: 'done' });
    expect(run.marks().every(({ attempt }) => attempt === 1)).toBe(true);
  });
});

test.for<[string, boolean]>([
  ['blocks its event loop', false],
  ['is frozen', true],
])(
  'a child that %s for too long is named with its node, killed, and its attempt goes on elsewhere',
  SLOW_START,
  async ([, frozen], context) => {
    const supervisor = await lab.working(context, { stuckAfterMs: 4_000 });
    const run = await lab.probe(context, supervisor, {
      steps: 1,
      stepMs: frozen ? 2_000 : 10,
      ...(!frozen && { block: { step: 0, ms: 600_000 } }),
    });
    const first = await until(() => run.marks()[0], 'node code');
    if (frozen) process.kill(first.pid, 'SIGSTOP');
    const next = await until(() => run.marks().find(({ attempt }) => attempt === 2), 'attempt 2');
    expect(next.at - first.at).toBeLessThan(10_000);
    expect(await run.result()).toMatchObject({ done: 1, ended: 'done' });
    expect(supervisor.stderr()).toMatch(
      new RegExp(`"pid":${first.pid}.*did not answer for \\d+ s, in node \\\\"node-0\\\\" of run`),
    );
  },
);

test('a project that cannot be loaded ends the supervisor with the cause', SLOW_START, async (context) => {
  const supervisor = lab.supervise(context, { config: 'broken' });
  expect(await supervisor.ended).toBe(1);
  expect(supervisor.error()).toMatchObject({
    code: 'GRAPH_LOAD_FAILED',
    message: expect.stringContaining('no such export') as string,
  });
});

test(
  'a project that ends its process while it loads is tried a few times, then ends the supervisor',
  SLOW_START,
  async (context) => {
    const supervisor = lab.supervise(context, { workers: 1, config: 'exits' });
    expect(await supervisor.ended).toBe(1);
    expect(supervisor.error()).toMatchObject({
      code: 'GRAPH_LOAD_FAILED',
      message: expect.stringContaining('exit code 3') as string,
    });
  },
);

test.for([
  ['TEMPORAL_UNREACHABLE', { temporalAddress: '127.0.0.1:1' }],
  ['POSTGRES_UNREACHABLE', { databaseUrl: 'postgres://nobody:x@127.0.0.1:1/none' }],
] as const)('%s is said within seconds', SLOW_START, async ([code, unreachable], context) => {
  const began = performance.now();
  const supervisor = lab.supervise(context, unreachable);
  expect(await supervisor.ended).toBe(1);
  expect(supervisor.error()?.code).toBe(code);
  expect(performance.now() - began).toBeLessThan(15_000);
});
