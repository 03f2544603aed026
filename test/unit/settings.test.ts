import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHoldfastError } from '../../src/errors.js';
import { maskUrl, resolveSettings, type SettingFlags } from '../../src/settings/index.js';

let root: string;
let project: string;
/** No temporal.toml of the person who runs the tests. */
let none: NodeJS.ProcessEnv;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-settings-')));
  project = join(root, 'project');
  mkdirSync(join(project, '.holdfast'), { recursive: true });
  none = { TEMPORAL_CONFIG_FILE: join(root, 'none.toml') };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, content: unknown) =>
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));

const resolve = (env: NodeJS.ProcessEnv = {}, flags: SettingFlags = {}, cwd = project) =>
  resolveSettings({ flags, cwd, env: { ...none, ...env }, isTTY: false });

const dev = (changes: object = {}) =>
  write('project/.holdfast/dev.json', {
    database_url: 'postgres://dev/db',
    temporal_address: '127.0.0.1:1111',
    namespace: 'dev',
    pid: 1,
    supervisor: 2,
    workers: [3],
    urls: {},
    ...changes,
  });

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (e) {
    if (isHoldfastError(e)) return e.code;
    throw e;
  }
  return 'none';
}

describe('settings', () => {
  it('come from flags, then environment, then the project’s env file, then dev.json', () => {
    dev();
    expect(resolve().databaseUrl).toBe('postgres://dev/db');
    write('project/langgraph.json', { graphs: {}, env: '.env' });
    write('project/.env', 'DATABASE_URL=postgres://project/db\n');
    expect(resolve().databaseUrl).toBe('postgres://project/db');
    const env = { DATABASE_URL: 'postgres://env/db' };
    expect(resolve(env).databaseUrl).toBe('postgres://env/db');
    const settings = resolve(env, { databaseUrl: 'postgres://flag/db' });
    expect(settings.databaseUrl).toBe('postgres://flag/db');
    expect(settings.values.find(({ name }) => name === 'database_url')?.origin).toEqual({
      source: 'flag',
      where: '--database-url',
    });
  });

  it('take Temporal from temporal.toml below the environment and above dev.json', () => {
    dev();
    expect(resolve().temporal).toMatchObject({ address: '127.0.0.1:1111', namespace: 'dev' });
    write('temporal.toml', '[profile.default]\naddress = "cloud:7233"\nnamespace = "team"\napi_key = "k"\n');
    const toml = { TEMPORAL_CONFIG_FILE: join(root, 'temporal.toml') };
    expect(resolve(toml).temporal).toMatchObject({ address: 'cloud:7233', namespace: 'team', apiKey: 'k', tls: true });
    expect(resolve({ ...toml, TEMPORAL_ADDRESS: 'env:7233' }).temporal.address).toBe('env:7233');
  });

  it('do not send the key of another server to the one of dev.json', () => {
    dev();
    expect(resolve({ TEMPORAL_API_KEY: 'secret' }).temporal).toMatchObject({ tls: undefined, apiKey: undefined });
    expect(resolve({ TEMPORAL_API_KEY: 'secret', TEMPORAL_ADDRESS: 'c:7233' }).temporal).toMatchObject({
      apiKey: 'secret',
    });
  });

  it('tell what the person named from what dev.json says', () => {
    dev();
    expect(resolve().given).toEqual({ databaseUrl: undefined, temporalAddress: undefined });
    expect(resolve({ TEMPORAL_ADDRESS: 'env:7233' }).given.temporalAddress).toBe('env:7233');
  });

  it('find dev.json and langgraph.json up the tree', () => {
    dev();
    write('project/langgraph.json', { graphs: {} });
    mkdirSync(join(project, 'a/b'), { recursive: true });
    const settings = resolve({}, {}, join(project, 'a/b'));
    expect(settings.databaseUrl).toBe('postgres://dev/db');
    expect(settings.projectDir).toBe(project);
    expect(settings.stateDir).toBe(join(project, '.holdfast'));
  });

  it('have defaults for all but the two servers', () => {
    const settings = resolve();
    expect(settings).toMatchObject({
      taskQueue: 'holdfast',
      schema: 'public',
      namespace: 'default',
      log: { level: 'info', pretty: false },
      configPath: join(project, 'langgraph.json'),
    });
    expect(codeOf(() => settings.databaseUrl)).toBe('STACK_NOT_RUNNING');
    expect(codeOf(() => settings.temporal)).toBe('STACK_NOT_RUNNING');
  });

  it('treat an empty variable as none', () => {
    dev();
    expect(resolve({ DATABASE_URL: '', HOLDFAST_LOG: '' })).toMatchObject({
      databaseUrl: 'postgres://dev/db',
      log: { level: 'info' },
    });
  });

  it.each([
    ['DATABASE_URL', 'mysql://x/y'],
    ['TEMPORAL_ADDRESS', 'http://host'],
    ['HOLDFAST_LOG', 'loud'],
    ['HOLDFAST_LOG_FORMAT', 'xml'],
    ['HOLDFAST_SCHEMA', 'drop table'],
    ['HOLDFAST_TASK_QUEUE', 'two words'],
    ['TEMPORAL_PROFILE', 'missing'],
  ])('refuse %s=%s', (name, value) => {
    expect(codeOf(() => resolve({ [name]: value }))).toBe('SETTINGS_INVALID');
  });

  it('name what a broken file is', () => {
    write('project/langgraph.json', '{');
    expect(codeOf(() => resolve())).toBe('PROJECT_INVALID');
    rmSync(join(project, 'langgraph.json'));
    write('project/.holdfast/dev.json', '{}');
    expect(codeOf(() => resolve())).toBe('SETTINGS_INVALID');
  });

  it('never show a password', () => {
    const shown = JSON.stringify(resolve({ DATABASE_URL: 'postgres://u:pa%40ss@h:1/d?sslpassword=x' }).values);
    expect(shown).toContain('postgres://u:***@h:1/d?sslpassword=***');
    expect(shown).not.toContain('pa%40ss');
    expect(maskUrl('postgres://h/d')).toBe('postgres://h/d');
    try {
      resolve({ DATABASE_URL: 'mysql://u:hunter2@h/d' });
    } catch (e) {
      expect(String(e)).not.toContain('hunter2');
    }
  });
});
