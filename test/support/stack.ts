import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { ProvidedStack } from './global-setup.js';

/** The stack that all test files share. */
export const sharedStack = (): ProvidedStack => inject('stack');

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** An empty database of its own on the shared server, so that files can run beside each other. 30 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { databaseUrl } = sharedStack();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await admin(`CREATE DATABASE ${name} STRATEGY file_copy`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
