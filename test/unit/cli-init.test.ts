import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planInit } from '../../src/cli/init/plan.js';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'holdfast-init-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const plan = (force = false) => new Map(planInit(dir, { force, version: '1.2.3' }).map((file) => [file.file, file]));
const json = (text: string | undefined) => JSON.parse(text ?? '{}') as Record<string, Record<string, string>>;

describe('planInit', () => {
  it('in an empty folder: an agent, its test, and what npm needs', () => {
    const files = plan();
    expect([...files.values()].every(({ what }) => what === 'new')).toBe(true);
    expect([...files.keys()].sort()).toEqual([
      '.gitignore',
      'agent.test.ts',
      'agent.ts',
      'langgraph.json',
      'package.json',
      'tsconfig.json',
    ]);
    const pkg = json(files.get('package.json')?.content);
    expect(pkg).toMatchObject({
      type: 'module',
      overrides: { '@langchain/langgraph-sdk': '1.12.0' },
      dependencies: { holdfast: '^1.2.3' },
    });
    expect(files.get('.gitignore')?.content).toContain('.holdfast/');
  });

  it('keeps what a project has and adds what is missing', () => {
    writeFileSync(join(dir, 'agent.ts'), '// mine');
    writeFileSync(join(dir, '.gitignore'), 'dist');
    writeFileSync(
      join(dir, 'package.json'),
      JSON.stringify({
        name: 'mine',
        scripts: { test: 'vitest' },
        dependencies: { holdfast: 'file:../x.tgz', zod: '3.25.0' },
        overrides: { a: '1' },
      }),
    );
    const files = plan();
    expect(files.get('agent.ts')).toMatchObject({ what: 'kept', content: '// mine' });
    expect(files.get('.gitignore')).toMatchObject({ what: 'completed', content: 'dist\n.holdfast/\n' });
    const pkg = json(files.get('package.json')?.content);
    expect(pkg).toMatchObject({
      name: 'mine',
      scripts: { test: 'vitest' },
      overrides: { a: '1', '@langchain/langgraph-sdk': '1.12.0' },
    });
    expect(pkg['dependencies']).toMatchObject({
      holdfast: 'file:../x.tgz',
      zod: '3.25.0',
      langchain: expect.any(String) as string,
    });
    expect(pkg['type']).toBeUndefined();
  });

  it('a project with graphs of its own gets no agent', () => {
    writeFileSync(join(dir, 'langgraph.json'), '{"graphs": {"g": "./g.ts:g"}}');
    expect([...plan().keys()]).toEqual(['langgraph.json', 'package.json', '.gitignore']);
    expect(plan().get('langgraph.json')?.what).toBe('kept');
  });

  it('force replaces; a second init changes nothing', () => {
    mkdirSync(join(dir, 'sub'));
    writeFileSync(join(dir, 'agent.ts'), '// mine');
    expect(plan(true).get('agent.ts')?.what).toBe('replaced');
    for (const { file, content } of plan(true).values()) writeFileSync(join(dir, file), content);
    expect([...plan(true).values()].every(({ what }) => what === 'kept')).toBe(true);
  });

  it('a package.json that cannot be completed stops everything', () => {
    writeFileSync(join(dir, 'package.json'), '{');
    expect(() => plan()).toThrow(expect.objectContaining({ code: 'PROJECT_INVALID' }) as Error);
  });
});
