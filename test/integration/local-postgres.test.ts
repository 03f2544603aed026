import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { ensurePostgres, stopPostgres } from '../../src/local/postgres.js';
import { isAlive } from '../../src/local/process-table.js';
import { createLogger } from '../../src/telemetry/log.js';

const log = createLogger({ level: 'silent', pretty: false });
const dir = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
const ensure = () => ensurePostgres({ dir, log, ephemeral: true });

async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  await stopPostgres(dir);
  rmSync(dir, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('is one server for starters that race', async () => {
    const servers = await Promise.all([ensure(), ensure(), ensure()]);
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
    expect(servers.map(({ how }) => how).sort()).toEqual(['adopted', 'adopted', 'started']);
    expect(await query(servers[0].url, `SELECT current_setting('listen_addresses') AS l`)).toEqual([
      { l: '127.0.0.1' },
    ]);
  });

  it('asks for its password', async () => {
    const url = new URL((await ensure()).url);
    url.password = 'guessed';
    await expect(query(url.toString(), 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it('keeps what was committed through kill -9, and its port', async () => {
    const before = await ensure();
    await query(before.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    process.kill(before.pid, 'SIGKILL');
    const after = await ensure();
    expect(after.how).toBe('started');
    expect(after.port).toBe(before.port);
    expect(await query(after.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  it('starts although its pid file names a process that is now another program', async () => {
    const { url, port } = await ensure();
    await query(url, 'CREATE TABLE reused (n int)');
    await stopPostgres(dir);
    const cluster = join(dir, 'postgres');
    writeFileSync(join(cluster, 'postmaster.pid'), `${process.pid}\n${cluster}\n1\n${port}\n\n127.0.0.1\n\nready\n`);
    const after = await ensure();
    expect(after.how).toBe('started');
    expect(after.pid).not.toBe(process.pid);
    expect(await query(after.url, 'SELECT * FROM reused')).toEqual([]);
  });

  it('takes another port when somebody else has its own', async () => {
    const { port } = await ensure();
    await stopPostgres(dir);
    const other = await occupy(port);
    try {
      const after = await ensure();
      expect(after.port).not.toBe(port);
      expect(await query(after.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      other.close();
    }
  });

  it('stops, and stopping again does nothing', async () => {
    const { pid } = await ensure();
    await stopPostgres(dir);
    expect(isAlive(pid)).toBe(false);
    await stopPostgres(dir);
  });
});

function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
