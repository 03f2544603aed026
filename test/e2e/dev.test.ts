import { statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProcesses, gone, isAlive } from '../../src/local/process-table.js';
import { createDevProject, type DevProject } from '../support/dev-process.js';
import { until } from '../support/until.js';

let project: DevProject;
beforeEach(() => void (project = createDevProject()));
afterEach(() => project.remove());

const server = async (name: 'postgres' | 'temporal') => {
  const found = await findProcesses(join(project.dir, '.holdfast', name));
  return found?.find(({ args }) => basename(args[0] ?? '') === name)?.pid;
};

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(sql).then(
    ({ rows }) => client.end().then(() => rows),
    (e: unknown) =>
      client.end().then(() => {
        throw e;
      }),
  );
}

// Whole stacks and killed processes: seconds each, much longer on a machine that does other work.
describe('holdfast dev', { timeout: 240_000 }, () => {
  it('brings every part back that is killed, keeps dev.json right, and ends without a trace on Ctrl-C', async () => {
    const dev = project.start('dev', '--workers', '2');
    const first = await project.ready(2);
    expect(first).toMatchObject({ pid: dev.child.pid, namespace: 'default' });
    expect(statSync(join(project.dir, '.holdfast', 'dev.json')).mode & 0o777).toBe(0o600);

    process.kill(first.workers[0]!, 'SIGKILL');
    const second = await project.ready(2, ({ workers }) => !workers.includes(first.workers[0]!));
    expect(second.supervisor).toBe(first.supervisor);

    process.kill(second.supervisor!, 'SIGKILL');
    const third = await project.ready(2, ({ supervisor }) => supervisor !== second.supervisor);
    for (const pid of second.workers) expect(await gone(pid, 60_000)).toBe(true);

    for (const name of ['postgres', 'temporal'] as const) {
      const killed = await server(name);
      process.kill(killed!, 'SIGKILL');
      await until(
        async () => {
          const now = await server(name);
          return now !== undefined && now !== killed;
        },
        `${name} runs again`,
        60_000,
      );
    }
    // The addresses are the same, so nothing else had to be started again.
    expect(project.devJson()).toMatchObject({
      database_url: first.database_url,
      temporal_address: first.temporal_address,
    });
    const run = project.start('run', 'start', 'plain', '--input', '{"n":0}', '--wait', '--timeout', '90s');
    expect(await run.ended, run.output()).toBe(0);

    const last = project.devJson()!;
    const pids = [dev.child.pid!, last.supervisor!, ...last.workers, ...(await project.processes())];
    dev.child.kill('SIGINT');
    expect(await dev.ended, dev.output()).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(project.devJson()).toBeUndefined();
    expect(third.pid).toBe(first.pid);
  });

  it('killed with -9, leaves the servers to the next start and no worker behind', async () => {
    const dev = project.start('dev');
    const before = await project.ready(1);
    const servers = [await server('postgres'), await server('temporal')];
    expect(servers).not.toContain(undefined);
    dev.child.kill('SIGKILL');
    for (const pid of [before.supervisor!, ...before.workers]) expect(await gone(pid, 60_000)).toBe(true);

    const again = project.start('dev');
    const after = await project.ready(1, ({ pid }) => pid === again.child.pid);
    expect([await server('postgres'), await server('temporal')]).toEqual(servers);
    expect(after.database_url).toBe(before.database_url);
    expect(again.output()).toMatch(/PostgreSQL +adopted/);
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
  });

  it('lets one of two starts in a folder run, and names it to the other', async () => {
    const starts = [project.start('dev'), project.start('dev')];
    const { pid } = await project.ready(1);
    const loser = starts.find(({ child }) => child.pid !== pid)!;
    expect(await loser.ended).toBe(4);
    expect(loser.output()).toContain('STACK_ALREADY_RUNNING');
    expect(loser.output()).toContain(String(pid));
    const winner = starts.find(({ child }) => child.pid === pid)!;
    expect(winner.child.exitCode).toBeNull();
    winner.child.kill('SIGINT');
    expect(await winner.ended).toBe(0);
  });

  it('says why its workers cannot start, and ends', async () => {
    writeFileSync(join(project.dir, 'graph.js'), 'throw new Error("no luck")');
    const dev = project.start('dev');
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toContain('GRAPH_LOAD_FAILED');
    expect(dev.output()).toContain('no luck');
    expect(await project.processes()).toEqual([]);
  });

  it('empties the local data only when it is told to', async () => {
    const refused = project.start('dev', '--reset');
    expect(await refused.ended).toBe(2);
    expect(refused.output()).toContain('--yes');

    const dev = project.start('dev');
    const { database_url } = await project.ready(1);
    await query(database_url, 'CREATE TABLE mine (n int)');
    dev.child.kill('SIGINT');
    await dev.ended;
    const reset = project.start('dev', '--reset', '--yes');
    const fresh = await project.ready(1, ({ pid }) => pid === reset.child.pid);
    await expect(query(fresh.database_url, 'SELECT * FROM mine')).rejects.toThrow(/does not exist/);
    reset.child.kill('SIGINT');
    await reset.ended;
  });

  it('offers init where there is no project', async () => {
    const nowhere = project.start('dev', '--config', join(project.dir, 'elsewhere'));
    expect(await nowhere.ended).toBe(3);
    expect(nowhere.output()).toMatch(/PROJECT_NOT_FOUND[\s\S]*holdfast init/);
  });
});
