import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/db/migrate.js';
import { createPool } from '../../src/db/pool.js';
import { registerWorker } from '../../src/runs/workers.js';
import { callCli } from '../support/cli.js';
import { createTestDatabase, sharedStack, type TestDatabase } from '../support/stack.js';

let empty: TestDatabase;
/** Migrated, and with a worker that serves the agent `served`. */
let ready: TestDatabase;
let dir: string;
beforeAll(async () => {
  empty = await createTestDatabase();
  ready = await createTestDatabase();
  const pool = createPool(ready.url, { max: 1 });
  await migrate(pool);
  await registerWorker(pool, { workerId: randomUUID(), host: 'h', pid: 1, taskQueue: 'q', agents: ['served'] });
  await pool.end();
  dir = mkdtempSync(join(tmpdir(), 'holdfast-bad-'));
});
afterAll(async () => {
  await ready.drop();
  await empty.drop();
  rmSync(dir, { recursive: true, force: true });
});

const DEAD = '127.0.0.1:1';
const seconds = async <T>(work: Promise<T>): Promise<T & { seconds: number }> => {
  const begun = Date.now();
  return { ...(await work), seconds: (Date.now() - begun) / 1000 };
};

describe('what is not there', () => {
  it('Temporal: nothing starts, within seconds and with nothing left behind; what only reads goes on', async () => {
    const where = ['--database-url', ready.url, '--temporal-address', DEAD];
    const result = await seconds(callCli(['run', 'start', 'served', '--input', '{}', ...where]));
    expect(result).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^error TEMPORAL_UNREACHABLE: .*127\.0\.0\.1:1/) as string,
    });
    expect(result.seconds).toBeLessThan(12);
    const listed = await callCli(['run', 'ls', '-o', 'json', ...where]);
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(listed.out)).toEqual([]);
  });

  it('PostgreSQL', async () => {
    const { temporalAddress } = sharedStack();
    const url = `postgres://me:secret-word@${DEAD}/x`;
    const result = await seconds(callCli(['run', 'ls', '--database-url', url, '--temporal-address', temporalAddress]));
    expect(result).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^error POSTGRES_UNREACHABLE: /) as string,
    });
    expect(result.err).not.toContain('secret-word');
    expect(result.seconds).toBeLessThan(8);
  });

  it('the schema', async () => {
    const { temporalAddress } = sharedStack();
    const result = await callCli(['run', 'ls', '--database-url', empty.url, '--temporal-address', temporalAddress]);
    expect(result).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error SCHEMA_MISSING: [^]*holdfast migrate/) as string,
    });
  });

  it('anything at all', async () => {
    const result = await callCli(['run', 'ls'], { cwd: dir });
    expect(result).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error STACK_NOT_RUNNING: [^]*holdfast dev/) as string,
    });
  });
});

describe('an agent that nobody serves', () => {
  it('is refused at once: NO_WORKER says how to start one', async () => {
    const { temporalAddress } = sharedStack();
    const database = await createTestDatabase();
    const args = ['--database-url', database.url, '--temporal-address', temporalAddress];
    const pool = createPool(database.url, { max: 1 });
    try {
      await callCli(['migrate', ...args]);
      await pool.query(`INSERT INTO holdfast.agents (name, version, task_queue) VALUES ('lonely', '1', 'nowhere')`);
      const result = await seconds(callCli(['run', 'start', 'lonely', '--input', '{}', ...args]));
      expect(result).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringMatching(/^error NO_WORKER: [^]*holdfast (worker|dev)/) as string,
      });
      expect(result.seconds).toBeLessThan(5);
      expect((await pool.query('SELECT 1 FROM holdfast.runs')).rowCount).toBe(0);
    } finally {
      await pool.end();
      await database.drop();
    }
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['run', 'strat', 'x'], /unknown command 'strat'/],
    [['runn'], /unknown command 'runn'/],
    [['run', 'ls', '--wat'], /unknown option '--wat'/],
    [['run', 'show'], /missing required argument 'run'/],
    [['run', 'show', 'a', 'b'], /too many arguments/],
    [['run', 'ls', '-o', 'xml'], /table, json, jsonl/],
    [['state', 'edit', 't'], /--values/],
  ])('%j is usage, exit code 2', async (args, message) => {
    const result = await callCli(args);
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toMatch(/error USAGE: /);
    expect(result.err).toMatch(message);
  });

  it('without a command prints help and returns 2; help and version return 0', async () => {
    expect(await callCli([])).toMatchObject({ code: 2, err: expect.stringContaining('Usage: holdfast') as string });
    expect(await callCli(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Examples:') as string });
    expect(await callCli(['run', 'start', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--database-url') as string,
    });
    expect(await callCli(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });

  it('with -o json the error is JSON too', async () => {
    const { err } = await callCli(['run', 'ls', '-o', 'json', '--temporal-address', DEAD, '--database-url', empty.url]);
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'SCHEMA_MISSING', exit_code: 1, next: expect.any(String) as string },
    });
  });
});
