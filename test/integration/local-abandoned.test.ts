import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensurePostgres } from '../../src/local/postgres.js';
import { isAlive } from '../../src/local/process-table.js';
import { createLogger } from '../../src/telemetry/log.js';
import { removeAbandonedStacks, STACK_PREFIX } from '../../src/testing/abandoned-stacks.js';

const log = createLogger({ level: 'silent', pretty: false });
const NOBODY = 2 ** 22 + 1; // above every pid

it('a test stack is removed with its servers once its owner has been gone for long, and no other', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'holdfast-parent-'));
  const stack = (name: string, owner: number, ageMinutes: number) => {
    const dir = join(parent, `${STACK_PREFIX}${name}`);
    mkdirSync(dir);
    writeFileSync(join(dir, 'owner.pid'), String(owner));
    const at = new Date(Date.now() - ageMinutes * 60_000);
    utimesSync(join(dir, 'owner.pid'), at, at);
    return dir;
  };
  try {
    const abandoned = stack('abandoned', NOBODY, 61);
    const kept = [stack('in-use', process.pid, 600), stack('fresh', NOBODY, 5)];
    const { pid } = await ensurePostgres({ dir: abandoned, log, ephemeral: true });
    await removeAbandonedStacks(parent, log);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(abandoned)).toBe(false);
    expect(kept.every(existsSync)).toBe(true);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
});
