import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

// What a user gets: the packed package in a folder of its own, with LangGraph beside it, and nothing of this repository.

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let folder: string;
let project: string;
let files: string[];

/** npm as it is configured on this machine, but not with the settings of the npm that runs these tests. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$/.test(name)));
const run = (command: string, args: string[], cwd = project) =>
  spawnSync(command, args, { cwd, env: environment, encoding: 'utf8', timeout: 300_000 });
const npm = (args: string[], cwd = project) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env: environment,
    encoding: 'utf8',
    timeout: 300_000,
  });
const write = (path: string, text: string) => writeFileSync(join(project, path), text);
const stack = () => {
  const { databaseUrl, temporalAddress, namespace } = inject('stack');
  return ['--database-url', databaseUrl, '--temporal-address', temporalAddress, '--namespace', namespace];
};
const node = (script: string) => run(process.execPath, ['--input-type=module', '--eval', script]);

beforeAll(() => {
  expect(existsSync(join(root, 'dist/src/index.js')), 'built before: npm run build').toBe(true);
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-pack-')));
  project = join(folder, 'project');
  mkdirSync(project);
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  files = packed.files.map((file: { path: string }) => file.path);

  const peers = Object.keys(manifest.peerDependencies).map((name) => [name, manifest.devDependencies[name]]);
  write(
    'package.json',
    JSON.stringify({
      name: 'somebody-elses-project',
      private: true,
      type: 'module',
      dependencies: { holdfast: `file:../${packed.filename}`, ...Object.fromEntries(peers) },
      overrides: manifest.overrides,
    }),
  );
  write(
    'agent.ts',
    `import { Annotation, StateGraph } from '@langchain/langgraph';
import { defineAgent } from 'holdfast';

const State = Annotation.Root({ word: Annotation<string> });
const graph = new StateGraph(State)
  .addNode('shout', ({ word }) => ({ word: word.toUpperCase() }))
  .addEdge('__start__', 'shout')
  .addEdge('shout', '__end__')
  .compile();

export const agent = defineAgent({ name: 'shouter', version: '1.0.0', graph });
`,
  );
  write('langgraph.json', JSON.stringify({ graphs: { shouter: './agent.ts:agent' } }));
  npm(['install', '--prefer-offline', '--ignore-scripts']);
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('holds what runs, and neither tests nor benchmarks nor the demo', () => {
    for (const needed of [
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'dist/src/cli/main.js',
      'dist/src/index.d.ts',
      'dist/src/db/migrations/0001.do.init.sql',
      'dist/workflow-bundle.js',
    ]) {
      expect(files).toContain(needed);
    }
    expect(files.filter((file) => /^dist\/(test|bench|examples|src\/demo)\//.test(file))).toEqual([]);
    expect(files.filter((file) => /(^|\/)(\.env|\.holdfast)/.test(file))).toEqual([]);
  });

  test('shares the project’s one copy of LangGraph', () => {
    const copies = ['@langchain/langgraph', '@langchain/core', '@langchain/langgraph-checkpoint'];
    for (const name of copies) {
      expect(existsSync(join(project, 'node_modules', name))).toBe(true);
      expect(existsSync(join(project, 'node_modules/holdfast/node_modules', name))).toBe(false);
    }
  });
});

describe('in somebody else’s project', () => {
  test('`npx holdfast --help` names the commands, `--version` the version', () => {
    const help = run('npx', ['--no-install', 'holdfast', '--help']);
    expect(help.status, help.stderr).toBe(0);
    for (const command of ['init', 'dev', 'worker', 'doctor', 'run', 'state', 'agent']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
    expect(run('npx', ['--no-install', 'holdfast', '--version']).stdout.trim()).toBe(manifest.version);
  });

  test('every public entry can be imported', () => {
    const entries = Object.keys(manifest.exports).filter((name) => name !== './package.json');
    const specifiers = entries.map((name) => name.replace(/^\./, 'holdfast'));
    const { stdout, stderr } = node(
      `for (const name of ${JSON.stringify(specifiers)}) { await import(name); console.log(name); }`,
    );
    expect(stdout.trim().split('\n'), stderr).toEqual(specifiers);
  });

  test('an agent is defined with `import { defineAgent } from "holdfast"`', () => {
    const { stdout, stderr } = node(`
      import { Annotation, StateGraph } from '@langchain/langgraph';
      import { defineAgent } from 'holdfast';
      const graph = new StateGraph(Annotation.Root({ word: Annotation() }))
        .addNode('shout', ({ word }) => ({ word: word.toUpperCase() }))
        .addEdge('__start__', 'shout').addEdge('shout', '__end__').compile();
      const { name, version, onExhausted } = defineAgent({ name: 'shouter', version: '1.0.0', graph });
      console.log(JSON.stringify({ name, version, onExhausted }));`);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ name: 'shouter', version: '1.0.0', onExhausted: 'hold' });
  });

  test('the types are there, in strict TypeScript', () => {
    write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          module: 'NodeNext',
          target: 'ES2022',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: [],
        },
        files: ['agent.ts'],
      }),
    );
    const tsc = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    expect(tsc.stdout).toBe('');
    expect(tsc.status).toBe(0);
  });

  test('the database is migrated by what the package holds', () => {
    const migrate = run('npx', ['--no-install', 'holdfast', 'migrate', ...stack()]);
    expect(migrate.status, migrate.stderr).toBe(0);
  });

  test('a second copy of LangGraph is named, with both places and what to do, before anything runs', () => {
    const copy = join(project, 'node_modules/holdfast/node_modules/@langchain/langgraph');
    cpSync(join(project, 'node_modules/@langchain/langgraph'), copy, { recursive: true });
    try {
      const worker = run('npx', ['--no-install', 'holdfast', 'worker', ...stack()]);
      expect(worker.stderr).toContain('LANGGRAPH_DUPLICATED');
      expect(worker.stderr).toContain(copy);
      expect(worker.stderr).toContain(join(project, 'node_modules/@langchain/langgraph'));
      expect(worker.stderr).toMatch(/npm dedupe/);
      expect(worker.status).toBe(1);
    } finally {
      rmSync(join(project, 'node_modules/holdfast/node_modules/@langchain'), { recursive: true });
    }
  });
});
