import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCli } from '../support/cli.js';

let dir: string;
beforeAll(() => {
  expect(existsSync('dist/src/index.js'), 'built before: npm run build').toBe(true);
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-init-')));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What npm install would bring, as links: the package itself is this repository. */
function linkPackages(project: string): void {
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  for (const name of readdirSync('node_modules'))
    symlinkSync(resolve('node_modules', name), join(project, 'node_modules', name));
  symlinkSync(resolve('.'), join(project, 'node_modules', 'holdfast'));
}

/** Without the tests' own environment; a key of the machine's would make the agent call a real model. */
const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'test' };
const node = (args: string[], cwd: string) =>
  spawnSync(process.execPath, args, { cwd, env: environment, encoding: 'utf8', timeout: 120_000 });

describe('holdfast init', () => {
  it('writes a project whose types hold and whose test passes on the real runtime', () => {
    const made = node([resolve('dist/src/cli/main.js'), 'init', 'weather'], dir);
    expect(made.stdout).toMatch(/new +agent\.ts[^]*cd weather[^]*npm install[^]*holdfast dev/);
    const project = join(dir, 'weather');
    linkPackages(project);
    const types = node([resolve('node_modules/typescript/bin/tsc'), '--project', '.'], project);
    expect(types.stdout).toBe('');
    const tested = node(['--import', 'tsx', '--test', 'agent.test.ts'], project);
    expect(tested.stdout + tested.stderr).toMatch(/# pass 1|pass 1/);
    expect(tested.status).toBe(0);
  }, 180_000);

  it('never overwrites without --force, and says what it kept', async () => {
    const project = join(dir, 'mine');
    mkdirSync(project);
    writeFileSync(join(project, 'agent.ts'), '// mine');
    const kept = await callCli(['init', '-o', 'json'], { cwd: project });
    expect(kept.code).toBe(0);
    expect(kept.json()['files']).toContainEqual({ file: 'agent.ts', what: 'kept' });
    expect(readFileSync(join(project, 'agent.ts'), 'utf8')).toBe('// mine');
    await callCli(['init', '--force'], { cwd: project });
    expect(readFileSync(join(project, 'agent.ts'), 'utf8')).toContain('defineAgent');
  });
});

describe('a TypeScript project without "type": "module"', () => {
  it('shares the one copy of LangGraph that Holdfast runs with', () => {
    const project = join(dir, 'untyped');
    mkdirSync(project);
    linkPackages(project);
    writeFileSync(join(project, 'package.json'), '{"name": "untyped"}');
    writeFileSync(join(project, 'langgraph.json'), '{"graphs": {"g": "./graph.ts:graph"}}');
    writeFileSync(join(project, 'answer.ts'), 'export const answer: number = 42;');
    writeFileSync(
      join(project, 'graph.ts'),
      `import { Annotation, START, StateGraph } from '@langchain/langgraph';
       import { answer } from './answer';
       const State = Annotation.Root({ n: Annotation<number>() });
       export const graph = new StateGraph(State).addNode('a', () => ({ n: answer })).addEdge(START, 'a').compile();`,
    );
    const load = pathToFileURL(resolve('dist/src/agent/load-project.js')).href;
    const loaded = node(
      [
        '--input-type=module',
        '-e',
        `const { agents } = await (await import('${load}')).loadProject('.'); console.log(JSON.stringify(await agents.get('g').graph.invoke({})))`,
      ],
      project,
    );
    expect(loaded.stderr).toBe('');
    expect(JSON.parse(loaded.stdout)).toEqual({ n: 42 });
  });
});
