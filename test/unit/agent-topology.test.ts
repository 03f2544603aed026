import { execFileSync } from 'node:child_process';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { describe, expect, it } from 'vitest';
import type { CompiledGraph } from '../../src/agent/definition.js';
import { describeAgent, versionOf } from '../../src/agent/describe-agent.js';
import { defineAgent } from '../../src/agent/define-agent.js';
import { nodeNames, topologyHash } from '../../src/agent/topology.js';

const State = Annotation.Root({
  n: Annotation<number>(),
  log: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});
const hash = (graph: unknown) => topologyHash(graph as CompiledGraph);
const node = () => ({});

const base = () => new StateGraph(State).addNode('a', node).addNode('b', node).addEdge(START, 'a').addEdge('a', 'b');

describe('topologyHash', () => {
  it('is the same for every order of definition', () => {
    const turned = new StateGraph(State).addNode('b', node).addNode('a', node).addEdge('a', 'b').addEdge(START, 'a');
    expect(hash(turned.compile())).toBe(hash(base().compile()));
  });

  it('is the same in another process', () => {
    const script = `
      import { Annotation, START, StateGraph } from '@langchain/langgraph';
      import { topologyHash } from './src/agent/topology.ts';
      const State = Annotation.Root({ n: Annotation(), log: Annotation({ reducer: (a, b) => a, default: () => [] }) });
      const graph = new StateGraph(State).addNode('a', () => ({})).addNode('b', () => ({})).addEdge(START, 'a').addEdge('a', 'b').compile();
      process.stdout.write(topologyHash(graph));`;
    const other = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(other).toBe(hash(base().compile()));
  });

  it('does not see code', () => {
    const other = new StateGraph(State)
      .addNode('a', () => ({ n: 7 }))
      .addNode('b', node)
      .addEdge(START, 'a')
      .addEdge('a', 'b');
    expect(hash(other.compile())).toBe(hash(base().compile()));
  });

  it.each<[string, unknown]>([
    ['a node more', base().addNode('c', node).addEdge('b', 'c').compile()],
    ['an edge more', base().addEdge('b', END).compile()],
    [
      'a branch',
      base()
        .addConditionalEdges('b', () => 'a', ['a', END])
        .compile(),
    ],
    ['a breakpoint', base().compile({ interruptBefore: ['b'] })],
    ['a channel of another kind', new StateGraph(Annotation.Root({ n: Annotation<number>(), log: Annotation<string[]>() })).addNode('a', node).addNode('b', node).addEdge(START, 'a').addEdge('a', 'b').compile()], // prettier-ignore
    ['a subgraph as node', new StateGraph(State).addNode('a', base().compile()).addNode('b', node).addEdge(START, 'a').addEdge('a', 'b').compile()], // prettier-ignore
  ])('sees %s', (_what, changed) => {
    expect(hash(changed)).not.toBe(hash(base().compile()));
  });
});

describe('nodeNames', () => {
  it('names nodes of subgraphs too, as options can', () => {
    const outer = new StateGraph(State).addNode('inner', base().compile()).addEdge(START, 'inner').compile();
    expect([...(nodeNames(outer as unknown as CompiledGraph) ?? [])].sort()).toEqual(['inner', 'inner/a', 'inner/b']);
  });
});

describe('describeAgent', () => {
  it('is JSON without code', async () => {
    const agent = defineAgent({ name: 'x', graph: base().compile(), nodes: { a: { retry: { retryOn: () => true } } } });
    const { definition } = await describeAgent(agent);
    expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
    expect(definition.nodes['a']).toMatchObject({ retry: { retryOn: 'function', maximumAttempts: 3 } });
    expect(Object.keys(definition.topology?.nodes ?? {})).toContain('b');
  });

  it('sees the graph of a factory that works without a config, and lives with one that does not', async () => {
    const works = defineAgent({ name: 'x', graph: () => base().compile() });
    const described = await describeAgent(works);
    expect(described.topologyHash).toBe(hash(base().compile()));
    expect(versionOf(works, described)).toBe(`0+${described.topologyHash.slice(0, 12)}`);

    const needy = defineAgent({
      name: 'x',
      graph: (config) => (config.configurable as { user: { id: string } }).user.id,
    });
    expect((await describeAgent(needy)).definition.topology).toBeNull();
    expect(versionOf(needy, await describeAgent(needy))).toBe('0');
  });
});
