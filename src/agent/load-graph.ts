import { existsSync } from 'node:fs';
import { HoldfastError, isHoldfastError, messageOf } from '../errors.js';
import { bareAgent, isAgentDefinition } from './define-agent.js';
import type { AgentDefinition } from './definition.js';
import { graphKind } from './graph-kind.js';
import { importModule } from './import-module.js';
import type { GraphSpec } from './langgraph-json.js';

/**
 * The agent that an entry of langgraph.json names: one made by `defineAgent`, or a bare one around a graph.
 * @throws GRAPH_LOAD_FAILED with graph, file and cause; PROJECT_INVALID when a defined agent's name is not the entry's.
 */
export async function loadGraph(spec: GraphSpec): Promise<AgentDefinition> {
  const exported = await importExport(spec);
  if (isAgentDefinition(exported)) {
    if (exported.name === spec.name) return exported;
    throw new HoldfastError(
      'PROJECT_INVALID',
      `langgraph.json calls "${spec.spec}" "${spec.name}", its defineAgent calls it "${exported.name}"`,
      { next: 'give both the same name: runs are started and kept under it' },
    );
  }
  const kind = graphKind(exported);
  if ('graph' in kind) return bareAgent(spec.name, kind.graph);
  if (kind.duplicated) {
    throw new HoldfastError(
      'LANGGRAPH_DUPLICATED',
      `graph "${spec.name}" (${spec.spec}) was built by another copy of @langchain/langgraph`,
      {
        next: 'keep one copy: see `npm ls @langchain/langgraph`, and load the graph as an ES module ("type": "module" in package.json)',
        details: { graph: spec.name, file: spec.file },
      },
    );
  }
  throw failed(spec, `its export "${spec.export}" is ${kind.problem}`, {
    next: 'export a compiled graph, a function that makes one, or defineAgent(...)',
  });
}

async function importExport(spec: GraphSpec): Promise<unknown> {
  if (!existsSync(spec.file))
    throw failed(spec, `there is no file ${spec.file}`, { next: 'correct its path in langgraph.json' });
  const module = await importModule(spec.file).catch((e: unknown) => {
    if (isHoldfastError(e)) throw e;
    throw failed(spec, `importing ${spec.file} failed`, { cause: e, next: nextStep(e) });
  });
  if (spec.export in module) return module[spec.export];
  // A CommonJS module that was imported keeps its exports under `default`.
  const inner = module['default'];
  if (typeof inner === 'object' && inner !== null && spec.export in inner)
    return (inner as Record<string, unknown>)[spec.export];
  const names = Object.keys(module);
  throw failed(spec, `${spec.file} has no export "${spec.export}"`, {
    next: names.length > 0 ? `it exports ${names.join(', ')}` : 'it exports nothing',
    details: { exports: names },
  });
}

function nextStep(e: unknown): string {
  if (/Cannot find (package|module)/.test(messageOf(e)))
    return 'install what the project needs (npm install), then start again';
  return 'mend the file, then start again';
}

function failed(
  spec: GraphSpec,
  what: string,
  options: { next: string; cause?: unknown; details?: Record<string, unknown> },
): HoldfastError {
  return new HoldfastError('GRAPH_LOAD_FAILED', `graph "${spec.name}" (${spec.spec}) cannot be loaded: ${what}`, {
    ...options,
    details: { graph: spec.name, file: spec.file, ...options.details },
  });
}
