import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotation, InMemoryStore, type BaseCheckpointSaver } from '@langchain/langgraph';
import { InMemoryCache } from '@langchain/langgraph-checkpoint';
import { graphKind } from '../../src/agent/graph-kind.js';
import type { CompiledGraph } from '../../src/agent/definition.js';
import type { Scenario, ScenarioTools } from './scenario-types.js';
import type { SideEffects } from './side-effects.js';

/** A channel that collects what nodes say. */
export const list = () => Annotation<string[], string[]>({ reducer: (a, b) => a.concat(b), default: () => [] });

/** A channel that adds up. */
export const sum = () => Annotation<number, number>({ reducer: (a, b) => a + b, default: () => 0 });

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'holdfast-test-'));

export function buildScenario(
  scenario: Scenario,
  effects: SideEffects,
  given: { checkpointer?: BaseCheckpointSaver; flaky: boolean },
): CompiledGraph {
  const tools: ScenarioTools = {
    step: <S>(name: string, update?: (state: S) => unknown) => {
      return (state: S) => {
        effects.ran(name);
        return update ? update(state) : { log: [name] };
      };
    },
    ran: (name) => effects.ran(name),
    count: (name) => effects.count(name),
    flaky: given.flaky,
    options: {
      ...(given.checkpointer && { checkpointer: given.checkpointer }),
      ...(scenario.needs?.store && { store: new InMemoryStore() }),
      ...(scenario.needs?.cache && { cache: new InMemoryCache() }),
    },
  } as ScenarioTools;
  const kind = graphKind(scenario.build(tools));
  if ('problem' in kind || typeof kind.graph === 'function') throw new Error(`${scenario.name} does not build a graph`);
  return kind.graph;
}
