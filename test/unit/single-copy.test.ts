import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assertSingleCopy } from '../../src/agent/single-copy.js';
import type { HoldfastError } from '../../src/errors.js';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'holdfast-copies-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const folder = (path: string) => {
  mkdirSync(join(root, path), { recursive: true });
  return join(root, path);
};
const install = (path: string, version: string) => {
  writeFileSync(join(folder(path), 'package.json'), JSON.stringify({ version }));
};
const refusal = (projectDir: string, ownDir: string): HoldfastError => {
  try {
    assertSingleCopy(projectDir, ownDir);
  } catch (e) {
    return e as HoldfastError;
  }
  throw new Error('no second copy was found');
};

describe('one copy', () => {
  test('shared by project and Holdfast is fine, also from a folder inside the project', () => {
    install('app/node_modules/@langchain/langgraph', '1.4.18');
    install('app/node_modules/@langchain/core', '1.2.13');
    install('app/node_modules/langchain', '1.5.14');
    assertSingleCopy(folder('app/agents/deep'), folder('app/node_modules/holdfast/dist/src/agent'));
  });

  test('reached by links, as pnpm installs, is one copy', () => {
    install('store/langgraph', '1.4.18');
    for (const user of ['app/node_modules/@langchain', 'store/holdfast/node_modules/@langchain']) {
      symlinkSync(join(root, 'store/langgraph'), join(folder(user), 'langgraph'));
    }
    symlinkSync(join(root, 'store/holdfast'), join(folder('app/node_modules'), 'holdfast'));
    assertSingleCopy(folder('app'), folder('app/node_modules/holdfast/dist'));
  });

  test('that the project does not name itself is nobody’s second copy', () => {
    install('store/holdfast/node_modules/@langchain/langgraph-checkpoint', '1.1.5');
    assertSingleCopy(folder('app'), folder('store/holdfast/dist'));
  });
});

describe('a second copy is named with both places, both versions and what to do', () => {
  test('under Holdfast', () => {
    install('app/node_modules/@langchain/langgraph', '1.4.18');
    install('app/node_modules/holdfast/node_modules/@langchain/langgraph', '1.4.2');
    const error = refusal(folder('app'), folder('app/node_modules/holdfast/dist'));
    expect(error.code).toBe('LANGGRAPH_DUPLICATED');
    expect(error.message).toContain('two copies of @langchain/langgraph');
    expect(error.message).toContain('1.4.18 in ');
    expect(error.message).toContain('app/node_modules/@langchain/langgraph (your project)');
    expect(error.message).toContain('1.4.2 in ');
    expect(error.message).toContain('app/node_modules/holdfast/node_modules/@langchain/langgraph (Holdfast)');
    expect(error.next).toMatch(/npm dedupe.*overrides/);
  });

  test('of the same version, in a linked Holdfast', () => {
    install('app/node_modules/@langchain/core', '1.2.13');
    install('elsewhere/holdfast/node_modules/@langchain/core', '1.2.13');
    symlinkSync(folder('elsewhere/holdfast'), join(root, 'app/node_modules/holdfast'));
    const error = refusal(folder('app'), folder('app/node_modules/holdfast'));
    expect(error.message).toContain('two copies of @langchain/core');
  });

  test('that only the project’s own langchain uses, which is what makes the graph', () => {
    install('app/node_modules/@langchain/langgraph', '1.4.18');
    install('app/node_modules/langchain', '1.5.14');
    install('app/node_modules/langchain/node_modules/@langchain/langgraph', '1.5.0');
    const error = refusal(folder('app'), folder('app/node_modules/holdfast'));
    expect(error.message).toContain("(your project's langchain)");
  });
});
