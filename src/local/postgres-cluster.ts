import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pid } from 'node:process';
import { HoldfastError } from '../errors.js';
import type { PostgresAccount } from './postgres-account.js';
import { failureOf } from './run-tool.js';

export const POSTGRES_USER = 'holdfast';
const PASSWORD_FILE = 'holdfast.password';

export const clusterExists = (cluster: string): boolean => existsSync(join(cluster, 'PG_VERSION'));
export const readPassword = (cluster: string): string => readFileSync(join(cluster, PASSWORD_FILE), 'utf8');

/**
 * Makes an empty cluster beside `cluster` and renames it, so that a cluster is there in whole or not at all. The caller holds the
 * lock. `sync: false` skips flushing it to disk.
 */
export async function createCluster(account: PostgresAccount, cluster: string, sync: boolean): Promise<void> {
  const parent = dirname(cluster);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  // Nobody has to pass through; it cannot list, and what is secret in there is 0600.
  if (account.kind === 'nobody') chmodSync(parent, 0o711);
  removeLeftovers(cluster);
  const draft = `${cluster}.init-${pid}`;
  const passwordFile = `${draft}.password`;
  const password = randomBytes(24).toString('base64url');
  mkdirSync(draft, { mode: 0o700 });
  account.give(draft);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  account.give(passwordFile);
  try {
    const result = await account.run('initdb', [
      `--pgdata=${draft}`,
      `--username=${POSTGRES_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--no-instructions',
      ...(sync ? [] : ['--no-sync']),
    ]);
    if (result.status !== 0) {
      throw new HoldfastError('POSTGRES_START_FAILED', `initdb failed: ${failureOf(result)}`, {
        next: 'mend what it names, or set DATABASE_URL to a PostgreSQL of your own',
        details: { cluster },
      });
    }
    writeFileSync(join(draft, PASSWORD_FILE), password, { mode: 0o600 });
    renameSync(draft, cluster);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Of starts that were killed in the middle of initdb. */
function removeLeftovers(cluster: string): void {
  const parent = dirname(cluster);
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(cluster)}.init-`)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
