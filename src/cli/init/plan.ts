import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PROJECT_FILE } from '../../agent/langgraph-json.js';
import { HoldfastError } from '../../errors.js';
import { completePackageJson, type PackageJson } from './package-json.js';

export interface FilePlan {
  /** In the project's folder. */
  file: string;
  content: string;
  what: 'new' | 'completed' | 'replaced' | 'kept';
}

const TEMPLATES = new URL('../templates/', import.meta.url);
const AGENT_FILES = ['agent.ts', 'agent.test.ts', PROJECT_FILE, 'tsconfig.json'];

/**
 * What init would write into `dir`, without writing anything. Files that exist stay unless `force`; package.json and .gitignore are
 * completed. A folder with a langgraph.json has its agents: it only gets what Holdfast needs.
 * @throws PROJECT_INVALID when its package.json is not JSON.
 */
export function planInit(dir: string, { force, version }: { force: boolean; version: string }): FilePlan[] {
  const files = existsSync(join(dir, PROJECT_FILE)) && !force ? [PROJECT_FILE] : AGENT_FILES;
  return [...files.map((file) => planFile(dir, file, force)), planPackageJson(dir, version), planGitignore(dir)];
}

function planFile(dir: string, file: string, force: boolean): FilePlan {
  const content = readFileSync(new URL(`${file}.txt`, TEMPLATES), 'utf8');
  const before = read(join(dir, file));
  if (before === undefined) return { file, content, what: 'new' };
  if (force && before !== content) return { file, content, what: 'replaced' };
  return { file, content: before, what: 'kept' };
}

function planPackageJson(dir: string, version: string): FilePlan {
  const file = 'package.json';
  const before = read(join(dir, file));
  const name = basename(dir).toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[._-]+/, '') || 'agent'; // prettier-ignore
  const content = `${JSON.stringify(completePackageJson(parse(dir, before), name, version), null, 2)}\n`;
  return completed(file, before, content);
}

function planGitignore(dir: string): FilePlan {
  const file = '.gitignore';
  const before = read(join(dir, file));
  const lines = (before ?? '').split('\n').map((line) => line.trim());
  // The local stack's data and secrets; in a new project also what every one ignores.
  const wanted = before === undefined ? ['node_modules/', '.env', '.holdfast/'] : ['.holdfast/'];
  const missing = wanted.filter((entry) => !lines.includes(entry) && !lines.includes(entry.replace(/\/$/, '')));
  const gap = before !== undefined && before !== '' && !before.endsWith('\n') ? '\n' : '';
  return completed(file, before, missing.length > 0 ? `${before ?? ''}${gap}${missing.join('\n')}\n` : (before ?? ''));
}

function completed(file: string, before: string | undefined, content: string): FilePlan {
  if (before === undefined) return { file, content, what: 'new' };
  return { file, content, what: before === content ? 'kept' : 'completed' };
}

function parse(dir: string, text: string | undefined): PackageJson | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as PackageJson;
  } catch (e) {
    throw new HoldfastError('PROJECT_INVALID', `${join(dir, 'package.json')} is not JSON: ${(e as Error).message}`, {
      next: 'correct it and run init again; nothing was written',
    });
  }
}

const read = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
