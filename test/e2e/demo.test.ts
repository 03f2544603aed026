/** The demo as a person runs it: its own stack, killed workers, and a verdict that decides the exit code. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Figures } from '../../src/demo/report.js';
import { findProcesses } from '../../src/local/process-table.js';
import { until } from '../support/until.js';

const DEMO = 'dist/src/demo/main.js';
let dir: string;
beforeAll(async () => (dir = await mkdtemp(join(tmpdir(), 'demo-test-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

function runDemo(...args: string[]): Promise<{ code: number | null; output: string }> {
  const demo = spawn(process.execPath, [DEMO, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => demo.on('close', (code) => resolve({ code, output })));
}

test(
  'eight requests, three workers killed inside a node: nothing twice, nothing lost',
  { timeout: 300_000 },
  async () => {
    const json = join(dir, 'figures.json');
    const { code, output } = await runDemo('--requests', '8', '--json', json);
    expect(output, output).toContain('Every figure is as it has to be.');
    expect(code).toBe(0);

    const figures = JSON.parse(await readFile(json, 'utf8')) as Figures;
    expect(figures).toMatchObject({ requests: 8, completed: 8, kills: 3, duplicate_writes: 0, lost_writes: 0 });
    expect(figures.recovery_ms.length).toBeGreaterThanOrEqual(3);
    expect(output).toContain('REJECTED');
    expect(output).toMatch(/lost: worker \d+ died, resumed by \d+/);
    expect(output).toContain('SCRIPTED');

    const data = /The stack's data: (.*)/.exec(output)![1]!;
    await expect(readFile(join(data, 'langgraph.json')), 'it leaves nothing behind').rejects.toThrow('ENOENT');
  },
);

test('Ctrl-C ends everything that it started and leaves nothing', { timeout: 120_000 }, async () => {
  const demo = spawn(process.execPath, [DEMO], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  demo.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((resolve) => demo.on('close', resolve));
  await until(() => /up: PostgreSQL/.test(output), 'the demo is up', 60_000);
  const data = /The stack's data: (.*)/.exec(output)![1]!;
  expect((await findProcesses(data))!.length, 'PostgreSQL and Temporal').toBeGreaterThanOrEqual(2);

  demo.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(await findProcesses(data)).toEqual([]);
  await expect(readFile(join(data, 'langgraph.json'))).rejects.toThrow('ENOENT');
});

test('an option that it does not know is a usage error', async () => {
  const { code, output } = await runDemo('--requests', 'many');
  expect(code).toBe(2);
  expect(output).toContain('--requests many: expected a number from 4 to');
});
