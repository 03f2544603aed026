import { Annotation, START, StateGraph } from '@langchain/langgraph';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { createAgent } from 'langchain';
import { describe, expect, it } from 'vitest';
import { bareAgent, defineAgent, isAgentDefinition } from '../../src/agent/define-agent.js';
import type { CompiledGraph } from '../../src/agent/definition.js';
import type { AgentOptions } from '../../src/agent/options.js';

const State = Annotation.Root({ n: Annotation<number>() });
const builder = () => new StateGraph(State).addNode('one', () => ({ n: 1 })).addEdge(START, 'one');
const graph = builder().compile();

describe('defineAgent', () => {
  it('resolves options: defaults, durations in ms, policies by node', () => {
    const retryOn = () => true;
    const agent = defineAgent({
      name: 'retail',
      version: '1.4.0',
      owner: 'ops@example.com',
      graph,
      nodes: {
        '*': { timeout: '2m', retry: { maximumAttempts: 5 } },
        one: { timeout: 300, retry: { initialInterval: '1s', retryOn } },
      },
      limits: { steps: 200, wallClock: '30d' },
    });
    expect(agent).toMatchObject({
      name: 'retail',
      version: '1.4.0',
      owner: 'ops@example.com',
      bare: false,
      onExhausted: 'hold',
      sliceMs: 1000,
      limits: { steps: 200, wallClockMs: 2_592_000_000 },
      nodes: {
        '*': { timeoutMs: 120_000, retry: { maximumAttempts: 5, initialIntervalMs: 500, backoffCoefficient: 2 } },
        one: { timeoutMs: 300, retry: { maximumAttempts: 3, initialIntervalMs: 1000, retryOn } },
      },
    });
    expect(agent.graph).toBe(graph);
  });

  it('tries a node three times and holds, unless told otherwise', () => {
    expect(defineAgent({ name: 'a', graph }).nodes['*']).toMatchObject({ retry: { maximumAttempts: 3 } });
    expect(defineAgent({ name: 'a', graph, onExhausted: 'fail', slice: 0 })).toMatchObject({
      onExhausted: 'fail',
      sliceMs: 0,
    });
  });

  it('leaves the graph as it was', () => {
    const own = builder().compile();
    const before = Object.getOwnPropertyNames(own).map((name) => [name, own[name as keyof typeof own]]);
    const nodes = { ...own.nodes };
    defineAgent({ name: 'a', graph: own, nodes: { one: { timeout: '1s' } } });
    expect(Object.getOwnPropertyNames(own).map((name) => [name, own[name as keyof typeof own]])).toEqual(before);
    expect({ ...own.nodes }).toEqual(nodes);
  });

  it('takes what createAgent returns, and a factory', async () => {
    const made = createAgent({ model: new FakeListChatModel({ responses: ['hi'] }), tools: [] });
    expect(defineAgent({ name: 'a', graph: made }).graph).toBe(made.graph);
    const factory = defineAgent({ name: 'a', graph: () => made }).graph;
    expect(typeof factory === 'function' && (await factory({}))).toBe(made.graph);
  });

  it('compiles a StateGraph that nobody compiled', () => {
    expect(defineAgent({ name: 'a', graph: builder() }).version).toBe(defineAgent({ name: 'a', graph }).version);
  });

  it('a factory that returns no graph says so when it is called', async () => {
    const { graph: factory } = defineAgent({ name: 'a', graph: function build() { return 42; } }); // prettier-ignore
    if (typeof factory !== 'function') throw new Error('expected a factory');
    await expect(Promise.resolve(factory({}))).rejects.toThrow('"build" returned a number');
  });

  it.each<[string, unknown, string]>([
    ['a name with a space', { name: 'my agent', graph }, 'name: may have letters'],
    [
      'a duration that is none',
      { name: 'a', graph, nodes: { one: { timeout: '5 minuts' } } },
      'nodes.one.timeout: "5 minuts" is not a duration',
    ],
    [
      'a timeout of 0',
      { name: 'a', graph, nodes: { one: { timeout: 0 } } },
      'nodes.one.timeout: has to be longer than 0',
    ],
    [
      'a node the graph has not',
      { name: 'a', graph, nodes: { won: {} } },
      'nodes.won: the graph has no node of this name; it has one',
    ],
    ['an option that is none', { name: 'a', graph, retires: 3 }, 'options: has no option "retires"'],
    [
      'an option of a node that is none',
      { name: 'a', graph, nodes: { one: { retries: 3 } } },
      'nodes.one: has no option "retries"',
    ],
    [
      'no tries',
      { name: 'a', graph, nodes: { one: { retry: { maximumAttempts: 0 } } } },
      'nodes.one.retry.maximumAttempts',
    ],
    [
      'a graph that does not compile',
      { name: 'a', graph: new StateGraph(State).addNode('x', () => ({})) },
      'graph: is a StateGraph that does not compile',
    ],
    ['no graph', { name: 'a' }, 'graph: is undefined'],
    ['nothing', undefined, 'agent: options'],
  ])('refuses %s with AGENT_INVALID and its path', (_what, options, message) => {
    expect(() => defineAgent(options as AgentOptions)).toThrow(
      expect.objectContaining({ code: 'AGENT_INVALID', message: expect.stringContaining(message) as string }) as Error,
    );
  });

  it('names every problem at once', () => {
    const options = { name: '', graph, slice: 'x', onExhausted: 'give up' } as unknown as AgentOptions;
    expect(() => defineAgent(options)).toThrow(/name: .*onExhausted: .*slice: /);
  });

  it('is recognised across copies of the package, also when spread', () => {
    const agent = defineAgent({ name: 'a', graph });
    expect(isAgentDefinition({ ...agent })).toBe(true);
    expect(isAgentDefinition({ name: 'a', graph })).toBe(false);
  });
});

describe('bareAgent', () => {
  it('has no policies and fails as LangGraph does', () => {
    expect(bareAgent('g', graph as unknown as CompiledGraph)).toMatchObject({
      bare: true,
      nodes: {},
      onExhausted: 'fail',
      limits: {},
    });
  });

  it('has a version made of its topology', () => {
    const other = builder()
      .addNode('two', () => ({}))
      .addEdge('one', 'two')
      .compile();
    const version = (g: unknown) => bareAgent('g', g as CompiledGraph).version;
    expect(version(graph)).toMatch(/^0\+[0-9a-f]{12}$/);
    expect(version(graph)).toBe(version(builder().compile()));
    expect(version(other)).not.toBe(version(graph));
  });
});
