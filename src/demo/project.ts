import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProjectFile } from '../agent/langgraph-json.js';
import { projectEnv } from '../agent/load-project.js';

/** A fresh project whose langgraph.json names the graphs of another one, so that its stack and data are its own. */
export function freshProject(examples: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const file = readProjectFile(examples);
  const graphs = Object.fromEntries(file.graphs.map((graph) => [graph.name, `${graph.file}:${graph.export}`]));
  const project = JSON.stringify({ graphs, env: projectEnv(file) }, null, 2);
  writeFileSync(join(dir, 'langgraph.json'), project, { mode: 0o600 }); // an .env may hold keys
  return dir;
}
