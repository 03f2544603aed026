import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import { createClient, type HoldfastClient } from '../../src/client/index.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool } from '../../src/db/pool.js';
import { createTestDatabase, sharedStack, type TestDatabase } from '../support/stack.js';
import { until } from '../support/until.js';
import { startWorkerCommand, type WorkerCommand } from '../support/worker-command.js';

const CONFIG = fileURLToPath(new URL('../fixtures/hostile/langgraph.json', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'holdfast-hostile-'));
let database: TestDatabase;
let workers: WorkerCommand;
let client: HoldfastClient;

beforeAll(async () => {
  const { temporalAddress, namespace } = sharedStack();
  database = await createTestDatabase();
  const pool = createPool(database.url, { max: 2 });
  await migrate(pool);
  await new PostgresCheckpointer(pool).setup();
  await pool.end();
  workers = await startWorkerCommand(CONFIG, database.url, 2);
  client = createClient({ databaseUrl: database.url, temporal: { address: temporalAddress, namespace } });
}, 90_000);

afterAll(async () => {
  await workers?.stop();
  await client?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

function notesIn(name: string) {
  const path = join(folder, name);
  const read = (): string[][] => {
    try {
      return readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' '));
    } catch {
      return [];
    }
  };
  return {
    path,
    pidsOf: (node: string) =>
      read()
        .filter(([what]) => what === node)
        .map(([, pid]) => Number(pid)),
  };
}

test('a node that kills its process is held with its name, and what came before it ran once', async () => {
  const notes = notesIn('killer');
  const { runId } = await client.runs.start('killer', { notes: notes.path });
  const run = await client.runs.wait(runId, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'held', waitingAt: ['kill'], error: { code: 'NODE_KILLED_PROCESS' } });
  expect(await client.runs.hold(runId)).toMatchObject({ cause: 'node_killed_process', node: 'kill' });
  expect(notes.pidsOf('before')).toHaveLength(1);
  expect(new Set(notes.pidsOf('kill')).size).toBe(4);
}, 90_000);

test('code that ignores its timeout costs its process; its tries are exact and it is held', async () => {
  const notes = notesIn('deaf');
  const { runId } = await client.runs.start('deaf', { notes: notes.path });
  const run = await client.runs.wait(runId, { timeoutMs: 60_000 });
  expect(run).toMatchObject({ status: 'held', waitingAt: ['listen'] });
  expect(await client.runs.hold(runId)).toMatchObject({ cause: 'node_timeout', node: 'listen' });
  expect(new Set(notes.pidsOf('listen')).size).toBe(2);
}, 90_000);

test('a task whose writes were saved does not run again when its worker is killed beside it', async () => {
  const notes = notesIn('parallel');
  const { runId, threadId } = await client.runs.start('parallel', { notes: notes.path });
  const victim = await until(() => notes.pidsOf('slow')[0], 'the slow task');
  await until(
    async () => (await client.checkpointer.getTuple({ configurable: { thread_id: threadId } }))?.pendingWrites?.length,
    'the saved task',
  );
  process.kill(victim, 'SIGKILL');
  expect((await client.runs.wait(runId, { timeoutMs: 30_000 })).status).toBe('success');
  expect(notes.pidsOf('quick')).toHaveLength(1);
  expect(notes.pidsOf('slow')).toHaveLength(2);
  expect(notes.pidsOf('join')).toHaveLength(1);
  const attempts = (await client.runs.trace(runId)).runs[0]?.attempts ?? [];
  expect(attempts.filter(({ lost }) => lost !== null)).toHaveLength(1);
}, 60_000);
