/** From the death of a worker process in the middle of a node to that node's code in another process. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPool } from '../../src/db/pool.js';
import { connectTemporal } from '../../src/temporal/connection.js';
import { superviseWorkers, type Supervisor } from '../../src/worker/supervisor.js';
import type { Lab } from '../lab.js';
import { epochMs, interleaved, until } from '../measure.js';
import type { BareWorkerSpec } from '../recovery/bare-worker.js';
import { readMarks } from '../recovery/marks.js';
import { toRow } from '../row.js';
import type { Case } from './case.js';

const WORKERS = 2;

export const recovery: Case = {
  name: 'recovery',
  samples: 3,
  async run(lab, samples) {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-bench-recovery-'));
    const supervised = await superviseOurs(lab);
    const bare = createBareWorkers(lab);
    try {
      const taken = await interleaved(
        {
          async ours() {
            await until('all workers', () => supervised.supervisor.pids().length === WORKERS);
            const marks = join(dir, randomUUID());
            const run = await lab.client.runs.start('working', { marks });
            const ms = await killAndRecover(marks);
            await lab.client.runs.wait(run.runId);
            return ms;
          },
          async bare() {
            await bare.ready();
            const marks = join(dir, randomUUID());
            const handle = await lab.bare.startWorking(bare.taskQueue, marks);
            const ms = await killAndRecover(marks);
            await handle.result();
            return ms;
          },
        },
        samples,
        0,
      );
      return [
        toRow({
          name: 'SIGKILL of a worker to node code',
          unit: 'ms',
          ours: taken.ours,
          alternative: taken.bare,
          alternativeName: 'Temporal, heartbeat timeout 15 s',
          goal: { of: 'ratio', atMost: 0.1 },
        }),
      ];
    } finally {
      bare.stop();
      await supervised.stop();
      await rm(dir, { recursive: true });
    }
  },
};

/** Kills who has entered, some time after that; returns how long it then took until the next one entered, in ms. */
async function killAndRecover(marks: string): Promise<number> {
  const victim = await until('the first attempt', () => readMarks(marks)[0]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const killedAt = epochMs();
  process.kill(victim.pid, 'SIGKILL');
  const next = await until('the next attempt', () => readMarks(marks)[1], 60_000);
  return next.at - killedAt;
}

/** As `holdfast worker --workers 2` does, with the project of bench/recovery. */
async function superviseOurs({
  databaseUrl,
  temporal,
  log,
}: Lab): Promise<{ supervisor: Supervisor; stop(): Promise<void> }> {
  const pool = createPool(databaseUrl, { max: 4, name: 'holdfast-supervisor' });
  const connection = await connectTemporal(temporal);
  const built = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const supervisor = superviseWorkers(
    {
      workers: WORKERS,
      childEntry: built('src/worker/child-main.js'),
      init: {
        taskQueue: `bench-${randomUUID()}`,
        config: built('../bench/recovery/langgraph.json'),
        databaseUrl,
        schema: 'public',
        temporal,
        log: { level: 'error', pretty: false },
      },
    },
    { pool, temporal: connection, log: log.child({}, { level: 'silent' }) },
  );
  await supervisor.ready;
  return {
    supervisor,
    async stop() {
      await supervisor.drain();
      await connection.close();
      await pool.end();
    },
  };
}

/** Plain worker processes; one that was killed is replaced before the next sample. */
function createBareWorkers({ temporal, bare }: Lab) {
  const taskQueue = `bare-${randomUUID()}`;
  const spec: BareWorkerSpec = { temporal, taskQueue, bundlePath: bare.bundlePath };
  const entry = fileURLToPath(new URL('../recovery/bare-worker.js', import.meta.url));
  const alive = new Set<ChildProcess>();
  const begin = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(entry, [JSON.stringify(spec)]);
      alive.add(child);
      child.once('message', () => resolve());
      child.once('exit', (code) => {
        alive.delete(child);
        reject(new Error(`a plain worker ended with exit code ${code}`));
      });
    });
  return {
    taskQueue,
    ready: async () => {
      await Promise.all(Array.from({ length: WORKERS - alive.size }, begin));
    },
    stop: () => alive.forEach((child) => child.kill('SIGKILL')),
  };
}
