import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveWorkers } from '../../src/runs/workers.js';
import { until } from '../support/until.js';
import { SLOW_START, useWorkerLab } from '../support/worker-probe/lab.js';
import { isAlive, type ProbeSupervisor } from '../support/worker-probe/run.js';
import { epochMs } from '../support/worker-probe/spec.js';

/** 50 ms on a quiet machine, and far from the 5 s and 15 s that heartbeats would take on a busy one. */
const AT_ONCE_MS = 3_000;

const lab = useWorkerLab();

describe('attempts and their processes', SLOW_START, () => {
  let supervisor: ProbeSupervisor;
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    supervisor = await lab.working({ onTestFinished: (end) => ends.push(end) });
  }, SLOW_START.timeout);
  afterAll(async () => {
    for (const end of ends) await end();
  });

  test('a killed child is replaced and its attempt goes on elsewhere at once', async (context) => {
    for (let round = 0; round < 3; round++) {
      await until(() => supervisor.pids().length === 2, 'two children');
      const run = await lab.probe(context, supervisor, { steps: 3, stepMs: 700 });
      const victim = await until(() => run.marks().find(({ what }) => what === 'start 1'), 'step 1');
      const killedAt = epochMs();
      process.kill(victim.pid, 'SIGKILL');
      const next = await until(() => run.marks().find(({ attempt }) => attempt === 2), 'attempt 2');
      expect(next.pid).not.toBe(victim.pid);
      expect(next.at - killedAt).toBeLessThan(AT_ONCE_MS);
      expect(await run.result()).toMatchObject({ done: 3, ended: 'done' });
    }
  });

  test('a request to cancel reaches node code at once', async (context) => {
    const run = await lab.probe(context, supervisor, { steps: 1, stepMs: 60_000 });
    await until(() => run.marks().length > 0, 'node code');
    await lab.pool().query(`INSERT INTO holdfast.fences (thread_id, control) VALUES ($1, 'abort')`, [run.threadId]);
    const askedAt = epochMs();
    await lab.pool().query(`SELECT pg_notify('holdfast_control', $1)`, [run.threadId]);
    const aborted = await until(() => run.marks().find(({ what }) => what === 'aborted control'), 'the abort');
    expect(aborted.at - askedAt).toBeLessThan(AT_ONCE_MS);
    expect(await run.result()).toMatchObject({ ended: 'aborted' });
  });

  test("Temporal's own cancellation reaches node code with a heartbeat", async (context) => {
    const run = await lab.probe(context, supervisor, { steps: 1, stepMs: 60_000 });
    await until(() => run.marks().length > 0, 'node code');
    await run.cancel();
    await until(() => run.marks().find(({ what }) => what === 'aborted cancelled'), 'the abort');
  });

  test('abandoned node code is killed with its process before the next attempt begins', async (context) => {
    const run = await lab.probe(context, supervisor, { steps: 2, stepMs: 100, recycle: { step: 1 } });
    const first = await until(() => run.marks().find(({ what }) => what === 'start 1'), 'step 1');
    const next = await until(() => run.marks().find(({ attempt }) => attempt === 2), 'attempt 2');
    expect(isAlive(first.pid)).toBe(false);
    expect(next.at - first.at).toBeLessThan(AT_ONCE_MS);
    expect(await run.result()).toMatchObject({ done: 2 });
    await until(() => supervisor.pids().length === 2, 'two children');
  });
});

test('SIGTERM ends slices at their next commit, takes no more work and exits 0', SLOW_START, async (context) => {
  const supervisor = await lab.working(context);
  const run = await lab.probe(context, supervisor, { steps: 20, stepMs: 400 });
  await until(() => run.marks().some(({ what }) => what === 'start 1'), 'step 1');
  const pids = supervisor.pids();
  supervisor.kill('SIGTERM');
  supervisor.kill('SIGTERM'); // npm, timeout and others deliver one signal twice
  expect(await supervisor.ended).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  const marks = run.marks();
  expect(marks.at(-1)?.what).toMatch(/^commit/);
  expect(marks.every(({ attempt }) => attempt === 1)).toBe(true);
  expect(await liveWorkers(lab.pool(), { taskQueue: supervisor.taskQueue })).toEqual([]);
});

test('what has not ended at the hard deadline is killed, and its attempt is failed', SLOW_START, async (context) => {
  const supervisor = await lab.working(context, { drainMs: 1_000 });
  const run = await lab.probe(context, supervisor, { steps: 1, stepMs: 60_000 });
  await until(() => run.marks().length > 0, 'node code');
  const began = performance.now();
  supervisor.kill('SIGTERM');
  expect(await supervisor.ended).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await run.pendingFailureType()).toBe('WorkerLost');
});

test.for<[string, { block?: { step: number; ms: number } }]>([
  ['waits', {}],
  ['blocks its event loop', { block: { step: 0, ms: 60_000 } }],
])('no child outlives a killed supervisor when node code %s', SLOW_START, async ([, what], context) => {
  const supervisor = await lab.working(context);
  const run = await lab.probe(context, supervisor, { steps: 1, stepMs: 60_000, ...what });
  await until(() => run.marks().length > 0, 'node code');
  const pids = supervisor.pids();
  supervisor.kill('SIGKILL');
  await supervisor.ended;
  await until(() => pids.every((pid) => !isAlive(pid)), 'no orphan', 20_000);
});
