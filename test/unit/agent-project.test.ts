import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageOf } from '../../src/errors.js';
import { loadProject } from '../../src/agent/load-project.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-project-'));
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const GRAPH = `
  import { Annotation, START, StateGraph } from '@langchain/langgraph';
  const State = Annotation.Root({ n: Annotation<number>() });
  const one: () => { n: number } = () => ({ n: 1 });
  export const graph = new StateGraph(State).addNode('one', one).addEdge(START, 'one').compile();
  export const uncompiled = new StateGraph(State).addNode('one', one).addEdge(START, 'one');
  export const loose = new StateGraph(State).addNode('one', one);
  export const later = Promise.resolve(graph);
  export const make = (config: { configurable?: { n?: number } }) => graph;
  export default graph;`;

let count = 0;
function project(files: Record<string, string | object>): string {
  const dir = join(root, `p${(count += 1)}`);
  const all = { 'package.json': { type: 'module' }, 'graph.ts': GRAPH, ...files };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return dir;
}

const rejects = async (dir: string, code: string, message: RegExp, next?: RegExp) => {
  const error = await loadProject(dir, {}).catch((e: unknown) => e);
  expect(error).toMatchObject({ code });
  expect(messageOf(error)).toMatch(message);
  if (next) expect((error as { next: string }).next).toMatch(next);
};

describe('loadProject', () => {
  it('loads graphs, factories and defined agents from TypeScript', async () => {
    const dir = project({
      'langgraph.json': {
        graphs: {
          bare: './graph.ts:graph',
          made: { path: './graph.ts:make' },
          uncompiled: './graph.ts:uncompiled',
          later: './graph.ts:later',
          named: './agent.ts:named',
          one: './graph.ts',
        },
        node_version: '20',
      },
      'agent.ts': `import { graph } from './graph';
        export const named = { ...(await import(${JSON.stringify(resolve('src/agent/define-agent.ts'))})).defineAgent({ name: 'named', version: '2', graph }) };`,
    });
    const { agents, dir: found } = await loadProject(join(dir, 'langgraph.json'), {});
    expect(found).toBe(dir);
    expect(agents.size).toBe(6);
    expect(agents.get('bare')).toMatchObject({ name: 'bare', bare: true });
    for (const same of ['made', 'uncompiled', 'later', 'one'])
      expect(agents.get(same)?.version).toBe(agents.get('bare')?.version);
    expect(agents.get('named')).toMatchObject({ version: '2', bare: false });
  });

  it('gives graphs the variables of env before it imports them, and never overrides the ones that are set', async () => {
    const dir = project({
      'langgraph.json': { graphs: { g: './graph.ts:graph' }, env: './vars' },
      vars: 'A=1\nB="two words"\n',
    });
    const env: Record<string, string> = { A: 'mine' };
    expect((await loadProject(dir, env)).env).toEqual({ A: '1', B: 'two words' });
    expect(env).toEqual({ A: 'mine', B: 'two words' });
    const inline = project({ 'langgraph.json': { graphs: { g: './graph.ts:graph' }, env: { PORT: 8080 } } });
    expect((await loadProject(inline, {})).env).toEqual({ PORT: '8080' });
  });

  it('goes on without the .env that a fresh clone does not have, but not without another file', async () => {
    await loadProject(project({ 'langgraph.json': { graphs: { g: './graph.ts:graph' }, env: '.env' } }), {});
    await rejects(
      project({ 'langgraph.json': { graphs: { g: './graph.ts:graph' }, env: 'prod.env' } }),
      'PROJECT_INVALID',
      /env: there is no file .*prod\.env/,
    );
  });

  it('keeps the sections of LangGraph that are for the server', async () => {
    const dir = project({
      'langgraph.json': {
        graphs: { g: './graph.ts:graph' },
        http: { app: './app.ts:app' },
        auth: { path: './auth.ts' },
      },
    });
    expect(await loadProject(dir, {})).toMatchObject({ http: { app: './app.ts:app' }, auth: { path: './auth.ts' } });
  });

  it('PROJECT_NOT_FOUND offers init', async () => {
    await rejects(join(root, 'nowhere'), 'PROJECT_NOT_FOUND', /no nowhere in/, /holdfast init/);
    mkdirSync(join(root, 'empty'));
    await rejects(join(root, 'empty'), 'PROJECT_NOT_FOUND', /no langgraph\.json in .*empty/, /holdfast init/);
  });

  it.each<[string, string | object, RegExp]>([
    ['broken JSON, with its line', '{\n  "graphs": {\n    "a" "b"\n  }\n}', /langgraph\.json:3:\d+: not JSON/],
    ['no graphs', {}, /graphs: /],
    ['empty graphs', { graphs: {} }, /graphs: names no graph/],
    ['a graph that is a number', { graphs: { a: 5 } }, /graphs\.a: expected "\.\/file\.ts:export"/],
    ['a Python graph', { graphs: { a: './agent.py:graph' } }, /graphs\.a: .*Python/],
    ['a wrong env', { graphs: { a: './graph.ts:graph' }, env: 5 }, /env: expected/],
  ])('PROJECT_INVALID for %s', async (_what, file, message) => {
    await rejects(project({ 'langgraph.json': file }), 'PROJECT_INVALID', message);
  });

  it('PROJECT_INVALID when a defined agent has another name than its entry', async () => {
    const dir = project({
      'langgraph.json': { graphs: { support: './agent.ts:agent' } },
      'agent.ts': `import { graph } from './graph.ts';
        export const agent = (await import(${JSON.stringify(resolve('src/agent/define-agent.ts'))})).defineAgent({ name: 'retail', graph });`,
    });
    await rejects(dir, 'PROJECT_INVALID', /"support".*"retail"/, /same name/);
  });

  it.each<[string, string, RegExp, RegExp]>([
    [
      'a file that is not there',
      './missing.ts:graph',
      /graph "g" \(\.\/missing\.ts:graph\) .*no file .*missing\.ts/,
      /langgraph\.json/,
    ],
    ['an export that is not there', './graph.ts:grpah', /has no export "grpah"/, /it exports .*graph.*make/],
    [
      'something that is no graph',
      './other.ts:settings',
      /"settings" is an object with a, b/,
      /export a compiled graph/,
    ],
    [
      'a graph that does not compile',
      './graph.ts:loose',
      /"loose" is a StateGraph that does not compile: /,
      /compiled graph/,
    ],
    ['a file that throws', './throws.ts:graph', /importing .*throws\.ts failed: no key/, /mend/],
    ['a file with a syntax error', './syntax.ts:graph', /importing .*syntax\.ts failed/, /mend/],
    ['a package that is not installed', './needs.ts:graph', /importing .*needs\.ts failed/, /npm install/],
  ])('GRAPH_LOAD_FAILED for %s', async (_what, spec, message, next) => {
    const dir = project({
      'langgraph.json': { graphs: { g: spec } },
      'other.ts': 'export const settings = { a: 1, b: 2 };',
      'throws.ts': 'throw new Error("no key"); export const graph = 1;',
      'syntax.ts': 'export const graph = ;',
      'needs.ts': 'import x from "not-installed-anywhere"; export const graph = x;',
    });
    await rejects(dir, 'GRAPH_LOAD_FAILED', message, next);
  });
});
