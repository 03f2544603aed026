import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { env as variablesOfProcess } from 'node:process';
import { parse } from 'dotenv';
import { HoldfastError } from '../errors.js';
import type { AgentDefinition } from './definition.js';
import { describeAgent, versionOf } from './describe-agent.js';
import { readProjectFile, type ProjectFile } from './langgraph-json.js';
import { loadGraph } from './load-graph.js';
import { assertSingleCopy } from './single-copy.js';

export interface Project {
  /** The folder of its langgraph.json. */
  dir: string;
  configPath: string;
  /** By name. */
  agents: Map<string, AgentDefinition>;
  /** What langgraph.json's `env` gives. */
  env: Record<string, string>;
  /** LangGraph's own sections, as they are in the file. */
  http?: unknown;
  auth?: unknown;
  store?: unknown;
  ui?: unknown;
}

/**
 * Loads a project's agents into this process. `configPath` is its langgraph.json or the folder. Variables of its `env` are set in
 * `processEnv` before any graph is imported, unless they are set there already.
 * @throws PROJECT_NOT_FOUND, PROJECT_INVALID, GRAPH_LOAD_FAILED, AGENT_INVALID, LANGGRAPH_DUPLICATED
 */
export async function loadProject(
  configPath: string,
  processEnv: NodeJS.ProcessEnv = variablesOfProcess,
): Promise<Project> {
  const file = readProjectFile(configPath);
  const env = projectEnv(file);
  for (const [name, value] of Object.entries(env)) processEnv[name] ??= value;
  assertSingleCopy(file.dir);
  const agents = new Map<string, AgentDefinition>();
  // One after the other: the first broken file is the one to name.
  for (const spec of file.graphs) agents.set(spec.name, await withVersion(await loadGraph(spec)));
  const { dir, path, http, auth, store, ui } = file;
  return { dir, configPath: path, agents, env, http, auth, store, ui };
}

/** Variables that langgraph.json's `env` gives: a dotenv file's, or its own. @throws PROJECT_INVALID when the file is missing. */
export function projectEnv(file: ProjectFile): Record<string, string> {
  if (file.env === undefined) return {};
  if (typeof file.env !== 'string') return file.env;
  const path = resolve(file.dir, file.env);
  // `.env` is often left out of a fresh clone; a graph that needs a variable says so itself.
  if (!existsSync(path)) {
    if (file.env === '.env') return {};
    throw new HoldfastError('PROJECT_INVALID', `${file.path}: env: there is no file ${path}`, {
      next: 'make the file or correct its name',
    });
  }
  return parse(readFileSync(path));
}

async function withVersion(agent: AgentDefinition): Promise<AgentDefinition> {
  if (agent.version !== '0') return agent;
  return { ...agent, version: versionOf(agent, await describeAgent(agent)) };
}
