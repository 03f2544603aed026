/** What a campaign happens in: servers, workers and a client of its own, in a folder of its own. */
import { rmSync } from 'node:fs';
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import { createClient, type HoldfastClient } from '../../src/client/index.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { startEphemeralStack } from '../../src/testing/ephemeral-stack.js';
import type { TemporalSettings } from '../../src/temporal/connection.js';
import { temporaryDirectory } from '../support/scenario-tools.js';
import { createSideEffects, type SideEffects } from '../support/side-effects.js';
import { writeProject } from './project-file.js';
import { startWorkers, type Workers } from './workers.js';

export interface Setting {
  pool: Pool;
  client: HoldfastClient;
  temporal: TemporalSettings;
  workers: Workers;
  effects: SideEffects;
}

/** Hands a setting to `work`, and ends all of it afterwards, whatever happened. */
export async function inSetting<T>(
  children: number,
  signal: AbortSignal,
  work: (setting: Setting) => Promise<T>,
): Promise<T> {
  const ends: (() => unknown)[] = [];
  try {
    const directory = temporaryDirectory();
    ends.push(() => rmSync(directory, { recursive: true, force: true }));
    const stack = await startEphemeralStack();
    ends.push(() => stack.stop());
    signal.throwIfAborted();
    const { databaseUrl, temporalAddress: address, namespace } = stack;
    const pool = createPool(databaseUrl, { max: 5 });
    ends.push(() => pool.end());
    await migrate(pool);
    await new PostgresCheckpointer(pool).setup();
    const temporal = { address, namespace };
    const client = createClient({ databaseUrl, temporal, pool });
    ends.push(() => client.close());
    signal.throwIfAborted();
    const workers = await startWorkers({
      config: writeProject(directory, directory),
      children,
      env: { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
    });
    ends.push(() => workers.stop());
    signal.throwIfAborted();
    return await work({ pool, client, temporal, workers, effects: createSideEffects(directory) });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
