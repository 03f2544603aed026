import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'dotenv';
import { z } from 'zod';
import { HoldfastError, messageOf } from '../errors.js';
import { nearest } from './nearest.js';

const PROJECT_FILE = 'langgraph.json';
const envSection = z.looseObject({
  env: z
    .union([z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))])
    .optional(),
});

/** langgraph.json: the one that --config names (or whose folder it names), else the nearest up the tree, else where it would be. */
export function projectFilePath(cwd: string, config: string | undefined): string {
  if (config === undefined) return nearest(cwd, PROJECT_FILE) ?? join(resolve(cwd), PROJECT_FILE);
  const given = resolve(cwd, config);
  return existsSync(given) && statSync(given).isDirectory() ? join(given, PROJECT_FILE) : given;
}

/**
 * Variables that langgraph.json's `env` gives, and where they stand. A missing file gives none: whether that matters is for who loads
 * the project. @throws PROJECT_INVALID when the file cannot be read, since it may name another database than the next source does
 */
export function projectEnvironment(configPath: string): { variables: Record<string, string>; where: string } {
  if (!existsSync(configPath)) return { variables: {}, where: configPath };
  const { env } = readEnvSection(configPath);
  if (typeof env !== 'string') return { variables: env ?? {}, where: configPath };
  const path = resolve(dirname(configPath), env);
  return { variables: existsSync(path) ? parse(readFileSync(path)) : {}, where: path };
}

function readEnvSection(path: string): z.infer<typeof envSection> {
  try {
    return envSection.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (e) {
    const problem = e instanceof z.ZodError ? z.prettifyError(e) : messageOf(e);
    throw new HoldfastError('PROJECT_INVALID', `${path} cannot be read: ${problem}`, {
      next: 'correct the file and start again',
      cause: e,
    });
  }
}
