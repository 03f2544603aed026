import { chownSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { HoldfastError } from '../errors.js';
import { inherited } from '../settings/machine.js';
import { failureOf, runTool, type ToolResult } from './run-tool.js';

const NOBODY = 65_534;
/** What Windows programs do not start without, and the path. */
const INHERITED = ['PATH', 'SystemRoot', 'SYSTEMROOT', 'TEMP', 'TMP', 'USERPROFILE'];

/** Under whose account PostgreSQL's tools run. PostgreSQL refuses to run as root. */
export interface PostgresAccount {
  kind: 'own' | 'user-namespace' | 'nobody';
  run(tool: 'initdb' | 'pg_ctl' | 'postgres', args: readonly string[], timeoutMs?: number): Promise<ToolResult>;
  /** Hands a new file or folder over to the account. */
  give(path: string): void;
}

/**
 * As root: a user namespace in which we are nobody (files stay root's, so it works below a 0700 folder), else nobody itself, which
 * must be able to reach the folder. An existing cluster's owner decides.
 */
export async function postgresAccount(home: string, cluster: string): Promise<PostgresAccount> {
  const bin = (tool: string) => join(home, 'bin', tool);
  const environment = { ...inherited(INHERITED), LC_ALL: 'C', TZ: 'UTC', HOME: '/tmp' };
  const own: PostgresAccount = {
    kind: 'own',
    run: (tool, args, timeoutMs) => runTool(bin(tool), args, { env: environment, timeoutMs }),
    give: () => undefined,
  };
  if (getuid?.() !== 0) return own;

  const namespace: PostgresAccount = {
    ...own,
    kind: 'user-namespace',
    run: (tool, args, timeoutMs) =>
      runTool('unshare', ['-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, bin(tool), ...args], {
        env: environment,
        timeoutMs,
      }),
  };
  const nobody: PostgresAccount = {
    kind: 'nobody',
    run: (tool, args, timeoutMs) => runTool(bin(tool), args, { env: environment, timeoutMs, uid: NOBODY, gid: NOBODY }),
    give: (path) => chownSync(path, NOBODY, NOBODY),
  };
  const owner = existsSync(cluster) ? statSync(cluster).uid : undefined;
  const candidates = owner === undefined ? [namespace, nobody] : owner === NOBODY ? [nobody] : [namespace];
  const refusals: string[] = [];
  for (const account of candidates) {
    const result = await account.run('postgres', ['--version'], 10_000);
    if (result.status === 0) return account;
    refusals.push(`${account.kind}: ${failureOf(result)}`);
  }
  throw new HoldfastError(
    'POSTGRES_START_FAILED',
    `PostgreSQL does not run as root, and neither a user namespace nor the user nobody works here (${refusals.join('; ')})`,
    { next: 'start as another user, or set DATABASE_URL to a PostgreSQL of your own' },
  );
}
