import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { HoldfastError } from '../errors.js';

export const PROJECT_FILE = 'langgraph.json';

const graphEntry = z.union([z.string(), z.looseObject({ path: z.string() }).transform(({ path }) => path)], {
  error: 'expected "./file.ts:export" or {"path": "./file.ts:export"}',
});

/** LangGraph's own file. What is not read here (node_version, dependencies, ...) is for other tools and stays unread. */
const projectFile = z.looseObject({
  graphs: z.record(z.string(), graphEntry).refine((graphs) => Object.keys(graphs).length > 0, 'names no graph'),
  env: z
    .union([z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))], {
      error: 'expected the name of a file such as ".env", or an object of texts',
    })
    .optional(),
  http: z.unknown().optional(),
  auth: z.unknown().optional(),
  store: z.unknown().optional(),
  ui: z.unknown().optional(),
});

export interface GraphSpec {
  /** Its key in `graphs`. */
  name: string;
  /** Absolute. */
  file: string;
  /** As written, for messages. */
  spec: string;
  export: string;
}

export interface ProjectFile {
  path: string;
  dir: string;
  graphs: GraphSpec[];
  env: string | Record<string, string> | undefined;
  http?: unknown;
  auth?: unknown;
  store?: unknown;
  ui?: unknown;
}

/**
 * Reads langgraph.json; `configPath` is the file or its folder.
 * @throws PROJECT_NOT_FOUND, or PROJECT_INVALID with the line or the JSON path of what is wrong.
 */
export function readProjectFile(configPath: string): ProjectFile {
  const given = resolve(configPath);
  const path = existsSync(given) && statSync(given).isDirectory() ? join(given, PROJECT_FILE) : given;
  if (!existsSync(path)) {
    throw new HoldfastError('PROJECT_NOT_FOUND', `there is no ${basename(path)} in ${dirname(path)}`, {
      next: 'run `holdfast init` to make a project here, or name one with --config',
    });
  }
  const parsed = projectFile.safeParse(parseJson(path));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'the file'}: ${issue.message}`,
    );
    throw invalid(path, problems.join('; '));
  }
  const { graphs, env, http, auth, store, ui } = parsed.data;
  const dir = dirname(path);
  return {
    path,
    dir,
    graphs: Object.entries(graphs).map(([name, spec]) => graphSpec(path, name, spec)),
    env,
    http,
    auth,
    store,
    ui,
  };
}

function graphSpec(path: string, name: string, spec: string): GraphSpec {
  // The last colon: a Windows path begins with a drive's.
  const colon = spec.lastIndexOf(':');
  const [file, exported] = colon > 1 ? [spec.slice(0, colon), spec.slice(colon + 1)] : [spec, 'default'];
  if (!file || !exported) throw invalid(path, `graphs.${name}: "${spec}" is not "./file.ts:export"`);
  if (/\.py$/.test(file))
    throw invalid(path, `graphs.${name}: "${spec}" is a Python graph, and Holdfast runs LangGraph.js`);
  return { name, file: resolve(dirname(path), file), spec, export: exported };
}

function parseJson(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (e) {
    const message = (e as Error).message;
    const position = /position (\d+)/.exec(message)?.[1];
    const at = position === undefined ? text.length : Number(position);
    const before = text.slice(0, at).split('\n');
    throw invalid(
      `${path}:${before.length}:${(before.at(-1) ?? '').length + 1}`,
      `not JSON: ${message.replace(/ in JSON at position.*$/s, '')}`,
    );
  }
}

function invalid(where: string, message: string): HoldfastError {
  return new HoldfastError('PROJECT_INVALID', `${where}: ${message}`, { next: 'correct the file and start again' });
}
