/** Graphs as nodes: with and without state of their own, in parallel, nested, asking, called from code. */
import { Annotation, Command, END, interrupt, Send, START, StateGraph } from '@langchain/langgraph';
import { list, sum } from '../../support/scenario-tools.js';
import type { Scenario, ScenarioTools } from '../../support/scenario-types.js';

const Logged = Annotation.Root({ log: list() });
const LoggedCount = Annotation.Root({ log: list(), n: sum() });
type Counted = { log: string[]; n: number };
const ask = (question: string): string => interrupt<string, string>(question);

const twoSteps = ({ step }: ScenarioTools) =>
  new StateGraph(LoggedCount)
    .addNode('c1', step('c1'))
    .addNode(
      'c2',
      step('c2', () => ({ log: ['c2'], n: 10 })),
    )
    .addEdge(START, 'c1')
    .addEdge('c1', 'c2')
    .addEdge('c2', END);

const askingTwice = ({ step }: ScenarioTools) =>
  new StateGraph(Logged)
    .addNode('c1', step('c1'))
    .addNode(
      'ask',
      step('ask', () => ({ log: [`ask:${ask('child?')}${ask('child2?')}`] })),
    )
    .addNode('c3', step('c3'))
    .addEdge(START, 'c1')
    .addEdge('c1', 'ask')
    .addEdge('ask', 'c3')
    .addEdge('c3', END)
    .compile();

export const subgraph: Scenario = {
  name: 'subgraph',
  build: (tools) =>
    new StateGraph(LoggedCount)
      .addNode('a', tools.step('a'))
      .addNode('sub', twoSteps(tools).compile())
      .addNode(
        'z',
        tools.step('z', (s: Counted) => ({ log: [`z${s.n}`] })),
      )
      .addEdge(START, 'a')
      .addEdge('a', 'sub')
      .addEdge('sub', 'z')
      .addEdge('z', END)
      .compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: ['i'] });
  },
};

const parallelSubgraphs: Scenario = {
  name: 'parallel-subgraphs',
  build: ({ step, options }) => {
    const sub = new StateGraph(Annotation.Root({ out: list() }))
      .addNode(
        'k',
        step('k', () => ({ out: ['k'] })),
      )
      .addNode(
        'l',
        step('l', () => ({ out: ['l'] })),
      )
      .addNode(
        'm',
        step('m', () => ({ out: ['m'] })),
      )
      .addEdge(START, 'k')
      .addEdge(START, 'l')
      .addEdge(['k', 'l'], 'm')
      .addEdge('m', END)
      .compile();
    return new StateGraph(Annotation.Root({ log: list(), out: list() }))
      .addNode('s1', sub)
      .addNode('s2', sub)
      .addNode('q', step('q'))
      .addNode('z', step('z'))
      .addEdge(START, 's1')
      .addEdge(START, 's2')
      .addEdge(START, 'q')
      .addEdge(['s1', 's2', 'q'], 'z')
      .addEdge('z', END)
      .compile(options);
  },
  script: async (api) => {
    await api.invoke({ log: [] });
  },
};

const subgraphInterrupt: Scenario = {
  name: 'subgraph-interrupt',
  build: (tools) =>
    new StateGraph(Logged)
      .addNode('a', tools.step('a'))
      .addNode('sub', askingTwice(tools))
      .addNode('z', tools.step('z'))
      .addEdge(START, 'a')
      .addEdge('a', 'sub')
      .addEdge('sub', 'z')
      .addEdge('z', END)
      .compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.answer('X');
    await api.answer('Y');
  },
};

const subgraphSendInterrupt: Scenario = {
  name: 'subgraph-send-interrupt',
  build: (tools) =>
    new StateGraph(Logged)
      .addNode('sub', askingTwice(tools))
      .addNode('z', tools.step('z'))
      .addConditionalEdges(START, () => [new Send('sub', { log: [] }), new Send('sub', { log: [] })], ['sub'])
      .addEdge('sub', 'z')
      .addEdge('z', END)
      .compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.answerEach((question) => `${question}0`);
    await api.answerEach((question) => `${question}1`);
  },
};

const nestedInterrupts: Scenario = {
  name: 'nested-interrupts',
  build: ({ step, options }) => {
    const inner = new StateGraph(Logged)
      .addNode(
        'u',
        step('u', () => ({ log: [`u${ask('U?')}`] })),
      )
      .addNode(
        'v',
        step('v', () => ({ log: [`v${ask('V?')}`] })),
      )
      .addNode('w', step('w'))
      .addEdge(START, 'u')
      .addEdge(START, 'v')
      .addEdge(['u', 'v'], 'w')
      .addEdge('w', END)
      .compile();
    const middle = new StateGraph(Logged)
      .addNode('m0', step('m0'))
      .addNode('inner', inner)
      .addEdge(START, 'm0')
      .addEdge('m0', 'inner')
      .addEdge('inner', END)
      .compile();
    return new StateGraph(Logged)
      .addNode('mid', middle)
      .addNode('z', step('z'))
      .addEdge(START, 'mid')
      .addEdge('mid', 'z')
      .addEdge('z', END)
      .compile(options);
  },
  script: async (api) => {
    let seen = await api.invoke({ log: [] });
    for (let tries = 0; seen.status === 'interrupted' && tries < 4; tries++) seen = await api.answerEach(() => '!');
  },
  knownDifference: {
    reason:
      'plain LangGraph shows one of two interrupts that arise in parallel two levels down: its writes are deduplicated',
    aspects: ['observations', 'history', 'executions'],
  },
};

const subgraphBreakpoint: Scenario = {
  name: 'subgraph-breakpoint',
  build: (tools) =>
    new StateGraph(LoggedCount)
      .addNode('sub', twoSteps(tools).compile({ interruptBefore: ['c2'] }))
      .addNode('z', tools.step('z'))
      .addEdge(START, 'sub')
      .addEdge('sub', 'z')
      .addEdge('z', END)
      .compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.invoke(null);
  },
};

const commandToParent: Scenario = {
  name: 'command-to-parent',
  build: ({ step, options }) => {
    const toParent = () => new Command({ graph: Command.PARENT, update: { log: ['from child'] }, goto: 'other' });
    const sub = new StateGraph(Logged)
      .addNode('c1', step('c1'))
      .addNode('c2', step('c2', toParent))
      .addEdge(START, 'c1')
      .addEdge('c1', 'c2')
      .compile();
    return new StateGraph(Logged)
      .addNode('sub', sub, { ends: ['other'] })
      .addNode('other', step('other'))
      .addEdge(START, 'sub')
      .addEdge('other', END)
      .compile(options);
  },
  script: async (api) => {
    await api.invoke({ log: [] });
  },
};

const subgraphInCode: Scenario = {
  name: 'subgraph-in-code',
  build: (tools) => {
    const sub = askingTwice(tools);
    return new StateGraph(Logged)
      .addNode('call', async () => {
        tools.ran('call');
        const { log } = await sub.invoke({ log: ['s'] });
        return { log };
      })
      .addNode('z', tools.step('z'))
      .addEdge(START, 'call')
      .addEdge('call', 'z')
      .addEdge('z', END)
      .compile(tools.options);
  },
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.answer('X');
    await api.answer('Y');
  },
};

export const statefulSubgraph: Scenario = {
  name: 'stateful-subgraph',
  build: ({ step, options }) => {
    type Child = { cnt: number };
    const sub = new StateGraph(Annotation.Root({ log: list(), cnt: sum() }))
      .addNode(
        'c',
        step('c', (s: Child) => ({ log: [`c${s.cnt}`], cnt: 1 })),
      )
      .addNode(
        'd',
        step('d', (s: Child) => ({ log: [`d${s.cnt}`] })),
      )
      .addEdge(START, 'c')
      .addEdge('c', 'd')
      .addEdge('d', END)
      .compile({ checkpointer: true });
    return new StateGraph(Annotation.Root({ log: list(), k: sum() }))
      .addNode(
        'pre',
        step('pre', () => ({ log: ['pre'], k: 1 })),
      )
      .addNode('sub', sub)
      .addEdge(START, 'pre')
      .addEdge('pre', 'sub')
      .addConditionalEdges('sub', (s) => (s.k < 3 ? 'pre' : END), ['pre', END])
      .compile(options);
  },
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.invoke({ log: ['again'], k: -1 });
  },
};

export const subgraphs: Scenario[] = [
  subgraph,
  parallelSubgraphs,
  subgraphInterrupt,
  subgraphSendInterrupt,
  nestedInterrupts,
  subgraphBreakpoint,
  commandToParent,
  subgraphInCode,
  statefulSubgraph,
];
