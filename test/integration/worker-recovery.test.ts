import { Connection, Client } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { createPool, type Pool } from '../../src/db/pool.js';
import { migrate } from '../../src/db/migrate.js';
import { liveWorkers } from '../../src/runs/workers.js';
import {
  bundleProbe,
  isAlive,
  startProbe,
  startSupervisor,
  until,
  type ProbeSupervisor,
} from '../support/worker-probe/run.js';
import { epochMs } from '../support/worker-probe/spec.js';

const stack = { databaseUrl: inject('databaseUrl'), temporalAddress: inject('temporalAddress') };
let bundle: string;
let connection: Connection;
let client: Client;
let pool: Pool;
const supervisors: ProbeSupervisor[] = [];

beforeAll(async () => {
  bundle = await bundleProbe();
  connection = await Connection.connect({ address: stack.temporalAddress });
  client = new Client({ connection });
  pool = createPool(stack.databaseUrl, { max: 2 });
  await migrate(pool);
});

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) {
    supervisor.kill('SIGKILL');
    await supervisor.ended;
  }
});

afterAll(async () => {
  await connection.close();
  await pool.end();
});

async function supervise(...args: [Parameters<typeof startSupervisor>[2]?]): Promise<ProbeSupervisor> {
  const supervisor = startSupervisor(stack, bundle, ...args);
  supervisors.push(supervisor);
  const count = args[0]?.workers ?? 2;
  await until(async () => {
    if (supervisor.error()) throw new Error(supervisor.stderr());
    return (await liveWorkers(pool, { taskQueue: supervisor.taskQueue })).length === count;
  });
  return supervisor;
}

test('a killed child is replaced and its attempt goes on elsewhere within a fraction of a second', async () => {
  const supervisor = await supervise();
  for (let round = 0; round < 3; round++) {
    await until(() => supervisor.pids().length === 2);
    const run = await startProbe(client, supervisor.taskQueue, { steps: 3, stepMs: 700 });
    const victim = await until(() => run.marks().find(({ what }) => what === 'start 1'));
    const killedAt = epochMs();
    process.kill(victim.pid, 'SIGKILL');
    const next = await until(() => run.marks().find(({ attempt }) => attempt === 2));
    console.log(`recovery ${(next.at - killedAt).toFixed(0)} ms`);
    expect(next.pid).not.toBe(victim.pid);
    expect(next.at - killedAt).toBeLessThan(1_000);
    expect(await run.result()).toMatchObject({ done: 3, ended: 'done' });
  }
});

test('SIGTERM ends slices at their next commit, takes no more work and exits 0', async () => {
  const supervisor = await supervise();
  const run = await startProbe(client, supervisor.taskQueue, { steps: 20, stepMs: 400 });
  await until(() => run.marks().some(({ what }) => what === 'start 1'));
  const pids = supervisor.pids();
  supervisor.kill('SIGTERM');
  expect(await supervisor.ended).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  const marks = run.marks();
  expect(marks.at(-1)?.what).toMatch(/^commit/);
  expect(marks.every(({ attempt }) => attempt === 1)).toBe(true);
  expect(await liveWorkers(pool, { taskQueue: supervisor.taskQueue })).toEqual([]);
  await client.workflow.getHandle(`probe-${run.threadId}`).terminate();
});

test('what has not ended at the hard deadline is killed, and its attempt is failed', async () => {
  const supervisor = await supervise({ drainMs: 1_000 });
  const run = await startProbe(client, supervisor.taskQueue, { steps: 1, stepMs: 60_000 });
  await until(() => run.marks().length > 0);
  const began = performance.now();
  supervisor.kill('SIGTERM');
  expect(await supervisor.ended).toBe(0);
  expect(performance.now() - began).toBeLessThan(4_000);
  const { pendingActivities } = (await client.workflow.getHandle(`probe-${run.threadId}`).describe()).raw;
  expect(pendingActivities?.[0]?.lastFailure?.applicationFailureInfo?.type).toBe('WorkerLost');
  await client.workflow.getHandle(`probe-${run.threadId}`).terminate();
});

test.each([
  ['waits', {}],
  ['blocks its event loop', { block: { step: 0, ms: 60_000 } }],
])('no child outlives a killed supervisor when node code %s', async (_, what) => {
  const supervisor = await supervise();
  const run = await startProbe(client, supervisor.taskQueue, { steps: 1, stepMs: 60_000, ...what });
  await until(() => run.marks().length > 0);
  const pids = supervisor.pids();
  supervisor.kill('SIGKILL');
  await supervisor.ended;
  await until(() => pids.every((pid) => !isAlive(pid)), 12_000);
  await client.workflow.getHandle(`probe-${run.threadId}`).terminate();
});

test('a request to cancel reaches node code at once', async () => {
  const supervisor = await supervise();
  const run = await startProbe(client, supervisor.taskQueue, { steps: 1, stepMs: 60_000 });
  await until(() => run.marks().length > 0);
  await pool.query(`INSERT INTO holdfast.fences (thread_id, control) VALUES ($1, 'abort')`, [run.threadId]);
  const askedAt = epochMs();
  await pool.query(`SELECT pg_notify('holdfast_control', $1)`, [run.threadId]);
  const aborted = await until(() => run.marks().find(({ what }) => what === 'aborted control'));
  console.log(`cancel ${(aborted.at - askedAt).toFixed(0)} ms`);
  expect(aborted.at - askedAt).toBeLessThan(500);
  expect(await run.result()).toMatchObject({ ended: 'aborted' });
});

test("Temporal's own cancellation reaches node code with a heartbeat", async () => {
  const supervisor = await supervise();
  const run = await startProbe(client, supervisor.taskQueue, { steps: 1, stepMs: 60_000 });
  await until(() => run.marks().length > 0);
  await run.cancel();
  await until(() => run.marks().find(({ what }) => what === 'aborted cancelled'));
}, 30_000);

test('abandoned node code is killed with its process before the next attempt begins', async () => {
  const supervisor = await supervise();
  const run = await startProbe(client, supervisor.taskQueue, { steps: 2, stepMs: 100, recycle: { step: 1 } });
  const first = await until(() => run.marks().find(({ what }) => what === 'start 1'));
  const next = await until(() => run.marks().find(({ attempt }) => attempt === 2));
  expect(isAlive(first.pid)).toBe(false);
  expect(next.at - first.at).toBeLessThan(2_000);
  expect(await run.result()).toMatchObject({ done: 2 });
  await until(() => supervisor.pids().length === 2);
});
