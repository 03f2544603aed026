import { expect, test } from 'vitest';
import { createRestartPolicy, type Death } from '../../src/worker/restart-policy.js';

const policy = () => createRestartPolicy({ firstDelayMs: 200, maxDelayMs: 5_000, maxStartFailures: 3 });
const killed = { code: null, signal: 'SIGKILL' } as const;
const atStart = (code?: string): Death => ({
  wasReady: false,
  livedMs: 500,
  exit: { code: 1, signal: null },
  ...(code && { error: { code, message: 'why' } }),
});
const atWork = (livedMs: number): Death => ({ wasReady: true, livedMs, exit: killed });

test('a worker that dies at work is replaced at once, unless it does so again and again', () => {
  const { afterDeath } = policy();
  expect(afterDeath(atWork(60_000))).toEqual({ again: 0 });
  expect(afterDeath(atWork(100))).toEqual({ again: 0 });
  expect(afterDeath(atWork(100))).toEqual({ again: 200 });
  expect(afterDeath(atWork(100))).toEqual({ again: 400 });
  expect(afterDeath(atWork(60_000))).toEqual({ again: 0 });
});

test('what says at the first start why it cannot work is not tried again', () => {
  expect(policy().afterDeath(atStart('GRAPH_LOAD_FAILED'))).toMatchObject({
    giveUp: { code: 'GRAPH_LOAD_FAILED', message: 'why' },
  });
  expect(policy().afterDeath(atStart('TEMPORAL_UNREACHABLE'))).toMatchObject({
    giveUp: { code: 'TEMPORAL_UNREACHABLE' },
  });
});

test('a worker that worked waits for a server that went away for as long as it takes', () => {
  const { afterDeath, ready } = policy();
  ready();
  for (let i = 0; i < 20; i++) expect(afterDeath(atStart('POSTGRES_UNREACHABLE'))).toHaveProperty('again');
  expect(afterDeath(atStart('POSTGRES_UNREACHABLE'))).toEqual({ again: 5_000 });
});

test('a project that was broken while workers ran is given up after a few tries', () => {
  const { afterDeath, ready } = policy();
  ready();
  expect(afterDeath(atStart('GRAPH_LOAD_FAILED'))).toEqual({ again: 200 });
  expect(afterDeath(atStart('GRAPH_LOAD_FAILED'))).toEqual({ again: 400 });
  expect(afterDeath(atStart('GRAPH_LOAD_FAILED'))).toMatchObject({ giveUp: { code: 'GRAPH_LOAD_FAILED' } });
});

test('a process that ends without a word while it loads is named with its exit code', () => {
  const { afterDeath } = policy();
  afterDeath(atStart());
  afterDeath(atStart());
  expect(afterDeath(atStart())).toMatchObject({
    giveUp: { code: 'GRAPH_LOAD_FAILED', message: expect.stringContaining('exit code 1') as string },
  });
});
