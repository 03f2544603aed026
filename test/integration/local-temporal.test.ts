import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/local/process-table.js';
import { ensureTemporal, stopTemporal } from '../../src/local/temporal.js';
import { createLogger } from '../../src/telemetry/log.js';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/names.js';

const log = createLogger({ level: 'silent', pretty: false });
const dir = mkdtempSync(join(tmpdir(), 'holdfast-temporal-'));
const ensure = () => ensureTemporal({ dir, log, ephemeral: true });

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

afterAll(async () => {
  await stopTemporal(dir);
  rmSync(dir, { recursive: true, force: true });
});

describe('the Temporal dev server', () => {
  it('is one server for starters that race, with our search attributes', async () => {
    const servers = await Promise.all([ensure(), ensure()]);
    expect(servers.map(({ how }) => how).sort()).toEqual(['adopted', 'started']);
    expect(servers[0].pid).toBe(servers[1].pid);
    const { customAttributes } = await withClient(servers[0].address, ({ connection }) =>
      connection.operatorService.listSearchAttributes({ namespace: 'default' }),
    );
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.values(SEARCH_ATTRIBUTES)));
  });

  it('keeps workflows through kill -9, and its address', async () => {
    const before = await ensure();
    const workflowId = await withClient(before.address, async (client) => {
      const started = await client.workflow.start('anything', { taskQueue: 'nobody', workflowId: 'kept' });
      return started.workflowId;
    });
    process.kill(before.pid, 'SIGKILL');
    const after = await ensure();
    expect(after).toMatchObject({ how: 'started', address: before.address });
    const { status } = await withClient(after.address, (client) => client.workflow.getHandle(workflowId).describe());
    expect(status.name).toBe('RUNNING');
  });

  it('takes another port when somebody else has its own', async () => {
    const { address } = await ensure();
    await stopTemporal(dir);
    const other = await occupy(Number(address.split(':')[1]));
    try {
      const after = await ensure();
      expect(after.address).not.toBe(address);
    } finally {
      other.close();
    }
  });

  it('stops, and stopping again does nothing', async () => {
    const { pid } = await ensure();
    await stopTemporal(dir);
    expect(isAlive(pid)).toBe(false);
    await stopTemporal(dir);
  });
});

function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
