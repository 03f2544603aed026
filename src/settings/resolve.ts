import { dirname, join } from 'node:path';
import { z } from 'zod';
import { HoldfastError } from '../errors.js';
import { findDevFile, STATE_DIR } from './dev-file.js';
import { maskUrl } from './mask.js';
import { projectEnvironment, projectFilePath } from './project-environment.js';
import { readTemporalProfile } from './temporal-profile.js';
import {
  LOG_LEVELS,
  type Origin,
  type ResolvedSettings,
  type SettingFlags,
  type SettingValue,
  type Source,
} from './types.js';

export interface ResolveInput {
  flags?: SettingFlags;
  cwd: string;
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Whether a person reads stderr. */
  isTTY?: boolean;
}

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/[^\s/]/, 'expected postgres://user:password@host:port/database');
const address = z.string().regex(/^[^\s:/]+:\d{1,5}$|^\[[0-9a-f:.]+\]:\d{1,5}$/i, 'expected host:port');
const name = z.string().regex(/^\S+$/, 'expected a name without spaces');
const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'expected the name of a PostgreSQL schema');
const level = z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` });
const format = z.enum(['json', 'pretty'], { error: 'expected json or pretty' });

interface Found<T> {
  value: T;
  origin: Origin;
}

type Candidate = [value: string | undefined, source: Source, where: string];

/**
 * Flags, then environment, then langgraph.json's `env` and temporal.toml, then the nearest .holdfast/dev.json, then defaults. An empty
 * text counts as not given. @throws SETTINGS_INVALID, PROJECT_INVALID
 */
export function resolveSettings({
  flags = {},
  cwd,
  env = process.env,
  isTTY = process.stderr.isTTY,
}: ResolveInput): ResolvedSettings {
  const configPath = projectFilePath(cwd, flags.config);
  const projectDir = dirname(configPath);
  const project = projectEnvironment(configPath);
  const dev = findDevFile(flags.config === undefined ? cwd : projectDir);
  const temporal = readTemporalProfile(withoutEmpty({ ...project.variables, ...env }));
  const toml = `temporal.toml (profile ${env.TEMPORAL_PROFILE ?? 'default'})`;

  const variable = (key: string): Candidate[] => [
    [env[key], 'environment', key],
    [project.variables[key], 'project', `${key} in ${project.where}`],
  ];
  const fromDev = (value: string | undefined): Candidate => [value, 'dev.json', dev?.path ?? ''];
  const fallback = (value: string): Candidate => [value, 'default', 'default'];

  const found = {
    databaseUrl: first('database_url', databaseUrl, [
      [flags.databaseUrl, 'flag', '--database-url'],
      ...variable('DATABASE_URL'),
      fromDev(dev?.content.database_url),
    ]),
    address: first('temporal_address', address, [
      [flags.temporalAddress, 'flag', '--temporal-address'],
      ...variable('TEMPORAL_ADDRESS'),
      [temporal.file.address, 'temporal.toml', toml],
      fromDev(dev?.content.temporal_address),
    ]),
    namespace: required('namespace', name, [
      [flags.namespace, 'flag', '--namespace'],
      ...variable('TEMPORAL_NAMESPACE'),
      [temporal.file.namespace, 'temporal.toml', toml],
      fromDev(dev?.content.namespace),
      fallback('default'),
    ]),
    taskQueue: required('task_queue', name, [...variable('HOLDFAST_TASK_QUEUE'), fallback('holdfast')]),
    schema: required('schema', identifier, [...variable('HOLDFAST_SCHEMA'), fallback('public')]),
    level: required('log', level, [[flags.log, 'flag', '--log'], ...variable('HOLDFAST_LOG'), fallback('info')]),
    format: required('log_format', format, [...variable('HOLDFAST_LOG_FORMAT'), fallback(isTTY ? 'pretty' : 'json')]),
  };
  // A server of `holdfast dev` takes neither the key nor the certificates of another one.
  const secured = found.address?.origin.source !== 'dev.json';
  const { tls, apiKey } = secured ? temporal : {};

  return {
    get databaseUrl() {
      if (found.databaseUrl) return found.databaseUrl.value;
      throw notRunning('a PostgreSQL', 'DATABASE_URL');
    },
    get temporal() {
      if (!found.address) throw notRunning('a Temporal server', 'TEMPORAL_ADDRESS');
      return { address: found.address.value, namespace: found.namespace.value, tls, apiKey };
    },
    taskQueue: found.taskQueue.value,
    schema: found.schema.value,
    log: { level: found.level.value, pretty: found.format.value === 'pretty' },
    configPath,
    projectDir,
    stateDir: join(projectDir, STATE_DIR),
    namespace: found.namespace.value,
    given: { databaseUrl: named(found.databaseUrl), temporalAddress: named(found.address) },
    values: shown({
      database_url: masked(found.databaseUrl),
      temporal_address: found.address,
      namespace: found.namespace,
      temporal_tls:
        secured && tls !== undefined ? { value: tls === false ? 'off' : 'on', origin: tlsOrigin(toml) } : undefined,
      temporal_api_key: secured && apiKey !== undefined ? { value: '***', origin: tlsOrigin(toml) } : undefined,
      task_queue: found.taskQueue,
      schema: found.schema,
      log: found.level,
      log_format: found.format,
    }),
  };
}

function first<T>(setting: string, schema: z.ZodType<T>, candidates: Candidate[]): Found<T> | undefined {
  for (const [text, source, where] of candidates) {
    if (text === undefined || text === '') continue;
    const parsed = schema.safeParse(text);
    if (parsed.success) return { value: parsed.data, origin: { source, where } };
    const problem = parsed.error.issues.map(({ message }) => message).join('; ');
    const given = setting === 'database_url' ? maskUrl(text) : text;
    throw new HoldfastError('SETTINGS_INVALID', `${setting}: ${problem}, and ${where} gives "${given}"`, {
      next: `correct ${where}`,
      details: { setting, source },
    });
  }
  return undefined;
}

function required<T>(setting: string, schema: z.ZodType<T>, candidates: Candidate[]): Found<T> {
  const found = first(setting, schema, candidates);
  if (!found) throw new HoldfastError('INTERNAL', `the setting ${setting} has no default`);
  return found;
}

const notRunning = (what: string, variable: string) =>
  new HoldfastError(
    'STACK_NOT_RUNNING',
    `nothing names ${what}: neither ${variable} nor a .holdfast/dev.json up from here`,
    {
      next: `start \`holdfast dev\` in the project's folder, or set ${variable}`,
    },
  );

const named = (found: Found<string> | undefined) =>
  found && found.origin.source !== 'dev.json' ? found.value : undefined;

const masked = (found: Found<string> | undefined) => found && { ...found, value: maskUrl(found.value) };

const tlsOrigin = (toml: string): Origin => ({ source: 'environment', where: `TEMPORAL_* variables or ${toml}` });

function shown(found: Record<string, Found<string> | undefined>): SettingValue[] {
  const absent = { value: '(none)', origin: { source: 'default', where: 'not given' } as const };
  return Object.entries(found).flatMap(([key, setting]) => {
    if (!setting && key.startsWith('temporal_') && key !== 'temporal_address') return [];
    const { value, origin } = setting ?? absent;
    return [{ name: key, shown: value, origin }];
  });
}

const withoutEmpty = (variables: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1])));
