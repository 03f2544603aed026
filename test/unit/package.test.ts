import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DYNAMIC_CONFIG } from '../../src/local/temporal-arguments.js';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/names.js';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');
const manifest = JSON.parse(text('package.json')) as {
  version: string;
  license: string;
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

/** dist/src/index.js is made from src/index.ts. */
const sourceOf = (target: string) => target.replace(/^\.\/dist\//, '').replace(/(\.d\.ts|\.js)$/, '.ts');

describe('package.json', () => {
  test('the public entries stay as they were published', () => {
    expect(Object.keys(manifest.exports)).toEqual(['.', './client', './worker', './testing', './package.json']);
    expect(Object.keys(manifest.bin)).toEqual(['holdfast']);
  });

  test('every entry has its source', () => {
    const entries = Object.values(manifest.exports).filter((entry) => typeof entry === 'object');
    for (const target of [
      ...entries.flatMap((entry) => [entry.types, entry.default]),
      ...Object.values(manifest.bin),
    ]) {
      expect(existsSync(new URL(sourceOf(target), root)), target).toBe(true);
    }
  });

  test('a project brings the one copy of LangGraph: its packages are peers, never dependencies', () => {
    const peers = Object.keys(manifest.peerDependencies);
    expect(peers.sort()).toEqual(['@langchain/core', '@langchain/langgraph', '@langchain/langgraph-checkpoint']);
    for (const name of [...peers, 'langchain']) expect(manifest.dependencies).not.toHaveProperty(name);
    for (const name of peers) expect(manifest.devDependencies, 'what the tests run with').toHaveProperty(name);
  });

  test('what is installed with Holdfast is what was tested: versions are exact, Temporal’s all the same', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
    const temporal = Object.entries(dependencies).filter(([name]) => name.startsWith('@temporalio/'));
    expect(new Set(temporal.map(([, version]) => version)).size).toBe(1);
  });

  test('licence and changelog belong to it', () => {
    expect(manifest.license).toBe('MIT');
    expect(text('LICENSE')).toContain('MIT License');
    expect(text('CHANGELOG.md')).toMatch(/^## \[Unreleased\]$/m);
  });
});

describe('docker-compose.yml', () => {
  const compose = text('docker-compose.yml');

  test('registers exactly the search attributes that the code sets', () => {
    const registered = /SEARCH_ATTRIBUTES: (.*)/.exec(compose)?.[1]?.split(' ');
    expect(registered?.sort()).toEqual(Object.values(SEARCH_ATTRIBUTES).sort());
  });

  test('tunes its Temporal as `holdfast dev` tunes its own', () => {
    const settings = [...text('docker/temporal-dynamic-config.yaml').matchAll(/^([\w.]+):\n {2}- value: (.*)$/gm)];
    const tuned = Object.entries(DYNAMIC_CONFIG).map(([key, value]) => [key, String(JSON.parse(value))]);
    expect(Object.fromEntries(settings.map(([, key, value]) => [key, value]))).toEqual(Object.fromEntries(tuned));
  });

  test('has no password of its own and listens on this host only', () => {
    const passwords = [...compose.matchAll(/(?:PASSWORD|PWD): (.*)/g)].map((match) => match[1]);
    expect(passwords.length).toBeGreaterThan(0);
    for (const password of passwords) expect(password).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
    for (const [, port] of compose.matchAll(/ports: \['(.*)'\]/g)) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});
