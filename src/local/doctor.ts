import { existsSync } from 'node:fs';
import { assertSingleCopy } from '../agent/single-copy.js';
import type { ResolvedSettings, SettingValue } from '../settings/index.js';
import type { Logger } from '../telemetry/log.js';
import { check, type Check } from './doctor-checks.js';
import { checkPostgres } from './doctor-postgres.js';
import { checkTemporalServer } from './doctor-temporal.js';

export interface DoctorReport {
  /** Secrets are masked. */
  settings: SettingValue[];
  checks: Check[];
  /** Nothing failed; slow is not a failure. */
  ok: boolean;
}

/** What is configured from where, and whether it works. Takes 2 s on a good server; never throws for what it finds broken. */
export async function examine(settings: ResolvedSettings, log: Logger): Promise<DoctorReport> {
  const checks = [
    ...(await checkProject(settings)),
    // One after the other, because times are measured. Reading them throws when nothing names a server: a finding as well.
    ...(await orFailure('postgres', async () => checkPostgres(settings.databaseUrl))),
    ...(await orFailure('temporal', async () => checkTemporalServer(settings.temporal, log))),
  ];
  return { settings: settings.values, checks, ok: checks.every(({ status }) => status !== 'failed') };
}

function checkProject({ configPath, projectDir }: ResolvedSettings): Promise<Check[]> {
  const project = check('project', async () => {
    if (existsSync(configPath)) return configPath;
    return { status: 'skipped', detail: `there is no ${configPath}`, fix: '`holdfast init` makes a project' };
  });
  const copies = check('LangGraph copies', async () => {
    assertSingleCopy(projectDir);
    return 'one';
  });
  return Promise.all([project, copies]);
}

async function orFailure(name: string, work: () => Promise<Check[]>): Promise<Check[]> {
  let checks: Check[] = [];
  const failure = await check(name, async () => {
    checks = await work();
    return '';
  });
  return failure.status === 'failed' ? [failure] : checks;
}
