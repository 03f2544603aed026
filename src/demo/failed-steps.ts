import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '../db/pool.js';

/** Tells of steps that failed by themselves, each kind of failure once: a key that is refused should not look like a hang. */
export async function tellOfFailedSteps(pool: Pool, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  while (!signal.aborted) {
    const sql = 'SELECT DISTINCT node, message FROM holdfast.failures';
    const failures = await pool.query<{ node: string; message: string }>(sql).catch(() => undefined);
    for (const { node, message } of failures?.rows ?? []) {
      const line = `a step failed and is tried again: ${node}: ${message.split('\n')[0]?.slice(0, 160)}`;
      if (!told.has(line)) say(line);
      told.add(line);
    }
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
}
