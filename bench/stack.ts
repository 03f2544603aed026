import { randomBytes } from 'node:crypto';
import { createPool } from '../src/db/pool.js';
import type { TemporalSettings } from '../src/temporal/connection.js';
import { startEphemeralStack } from '../src/testing/ephemeral-stack.js';

export interface BenchStack {
  /** Of a database of its own, which goes with it. */
  databaseUrl: string;
  temporal: TemporalSettings;
  stop(): Promise<void>;
}

/** The servers that DATABASE_URL and TEMPORAL_ADDRESS name, or some of its own, which flush to disk as those of `holdfast dev` do. */
export async function openStack(env: NodeJS.ProcessEnv): Promise<BenchStack> {
  const given = { databaseUrl: env.DATABASE_URL, address: env.TEMPORAL_ADDRESS };
  if (!given.databaseUrl || !given.address) {
    if (given.databaseUrl || given.address) {
      throw new Error('give both DATABASE_URL and TEMPORAL_ADDRESS, or neither to measure on servers of its own');
    }
    const { databaseUrl, temporalAddress: address, namespace, stop } = await startEphemeralStack({ durable: true });
    return { databaseUrl, temporal: { address, namespace }, stop };
  }
  const name = `holdfast_bench_${randomBytes(4).toString('hex')}`;
  const url = new URL(given.databaseUrl);
  url.pathname = `/${name}`;
  await statement(given.databaseUrl, `CREATE DATABASE ${name}`);
  return {
    databaseUrl: url.toString(),
    temporal: { address: given.address, namespace: env.TEMPORAL_NAMESPACE ?? 'default' },
    stop: () => statement(given.databaseUrl!, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function statement(databaseUrl: string, text: string): Promise<void> {
  const pool = createPool(databaseUrl, { max: 1, name: 'holdfast-bench' });
  try {
    await pool.query(text);
  } finally {
    await pool.end();
  }
}
