import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '../../src/db/pool.js';
import { migrate } from '../../src/db/migrate.js';
import { examine } from '../../src/local/doctor.js';
import { resolveSettings } from '../../src/settings/index.js';
import { createLogger } from '../../src/telemetry/log.js';
import { createTestDatabase, sharedStack, type TestDatabase } from '../support/stack.js';

const log = createLogger({ level: 'silent', pretty: false });
let database: TestDatabase;
let dir: string;

beforeAll(async () => {
  database = await createTestDatabase();
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-doctor-')));
});
afterAll(async () => {
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

const diagnose = async (env: NodeJS.ProcessEnv) => {
  const none = { TEMPORAL_CONFIG_FILE: join(dir, 'none.toml') };
  const report = await examine(resolveSettings({ cwd: dir, env: { ...none, ...env } }), log);
  const of = (name: string) => report.checks.find((check) => check.name === name);
  return { report, of };
};

describe('holdfast doctor', () => {
  it('says that a stack works, and how fast, once the schema is there', async () => {
    const { temporalAddress: TEMPORAL_ADDRESS } = sharedStack();
    const env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS };
    const before = await diagnose(env);
    expect(before.report.ok).toBe(false);
    expect(before.of('schema')).toMatchObject({ status: 'failed', fix: expect.stringContaining('holdfast migrate') });

    const pool = createPool(database.url);
    await migrate(pool).finally(() => pool.end());
    const { report, of } = await diagnose(env);
    expect(report.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    for (const name of ['no-op step', 'short timer', 'dispatch tail', 'round trip']) {
      expect(of(name)).toMatchObject({ ms: expect.any(Number), goodMs: expect.any(Number) });
    }
    // An untuned server takes 100 ms for a step and a second for a timer, however idle its machine is.
    expect(of('short timer')!.ms).toBeLessThan(900);
    expect(of('notifications')!.detail).toContain('LISTEN/NOTIFY works');
  });

  it('names what is not configured or not reachable, masks the password, and asks nothing further', async () => {
    const none = await diagnose({});
    expect(none.of('postgres')).toMatchObject({ status: 'failed', fix: expect.stringContaining('holdfast dev') });
    const env = { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x', TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const { report, of } = await diagnose(env);
    expect(of('postgres')?.status).toBe('failed');
    expect(of('temporal')?.status).toBe('failed');
    expect(of('schema')?.status).toBe('skipped');
    expect(of('no-op step')?.status).toBe('skipped');
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });
});
