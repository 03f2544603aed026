import type { RunnableConfig } from '@langchain/core/runnables';
import { Pregel } from '@langchain/langgraph/pregel';
import { messageOf } from '../errors.js';
import type { CompiledGraph, GraphFactory } from './definition.js';

/**
 * What may stand where a graph is asked for, as in LangGraph's own server: a compiled graph, `createAgent(...)`, `entrypoint(...)`,
 * a StateGraph that only has to be compiled, or a function that makes one of these per run.
 */
export type GraphLike =
  | { lg_is_pregel: boolean }
  | { graph: { lg_is_pregel: boolean } }
  | { compile(): { lg_is_pregel: boolean } }
  | ((config: RunnableConfig) => unknown);

export type GraphKind = { graph: CompiledGraph | GraphFactory } | { problem: string; duplicated?: boolean };

/** Recognises a graph and says what anything else is. A factory is not called, and nothing is changed. */
export function graphKind(value: unknown): GraphKind {
  if (isBuilder(value)) return compile(value);
  const compiled = compiledGraph(value);
  if (compiled) {
    if (compiled instanceof Pregel) return { graph: compiled as unknown as CompiledGraph };
    return { problem: 'a graph of another copy of @langchain/langgraph', duplicated: true };
  }
  if (typeof value === 'function' && !isClass(value))
    return { graph: factoryOf(value as (config: RunnableConfig) => unknown) };
  return { problem: whatItIs(value) };
}

const isBuilder = (value: unknown): value is { compile(): unknown } =>
  typeof value === 'object' && value !== null && 'compile' in value && typeof value.compile === 'function';

function compile(builder: { compile(): unknown }): GraphKind {
  try {
    return graphKind(builder.compile());
  } catch (e) {
    return { problem: `a ${builder.constructor.name} that does not compile: ${messageOf(e)}` };
  }
}

/** createAgent's result carries its compiled graph as `.graph`. */
function compiledGraph(value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('lg_is_pregel' in value && value.lg_is_pregel === true) return value;
  return 'graph' in value ? compiledGraph(value.graph) : undefined;
}

function factoryOf(make: (config: RunnableConfig) => unknown): GraphFactory {
  return async (config) => {
    const made = graphKind(await make(config));
    if ('problem' in made)
      throw new TypeError(`the graph factory "${make.name || 'anonymous'}" returned ${made.problem}`);
    if (typeof made.graph === 'function')
      throw new TypeError(`the graph factory "${make.name || 'anonymous'}" returned another function`);
    return made.graph;
  };
}

const isClass = (value: object) => /^class\b/.test(Function.prototype.toString.call(value));

function whatItIs(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return `the class ${value.name}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (value instanceof Promise) return 'a promise: await it';
  // Absent on an object without a prototype.
  const kind = (value.constructor as { name: string } | undefined)?.name ?? 'Object';
  return kind === 'Object' ? `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no keys'}` : `a ${kind}`;
}
