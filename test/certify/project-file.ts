import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentName } from '../support/scenario-run.js';
import { CANDIDATES, EFFECTS_VARIABLE, SLICES_MS } from './candidates.js';

const AGENTS = fileURLToPath(new URL('./project/agents.js', import.meta.url));

/** A langgraph.json of all scenarios; written, since it names each of them. Returns its path. */
export function writeProject(dir: string, effectsDir: string): string {
  const names = CANDIDATES.flatMap((scenario) => SLICES_MS.map((sliceMs) => agentName(scenario, sliceMs)));
  const graphs = Object.fromEntries(names.map((name) => [name, `${AGENTS}:${name}`]));
  const path = join(dir, 'langgraph.json');
  writeFileSync(path, JSON.stringify({ graphs, env: { [EFFECTS_VARIABLE]: effectsDir } }, null, 2));
  return path;
}
