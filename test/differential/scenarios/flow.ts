/** Edges, routers, joins, deferred nodes and Command as a node's result. */
import { Annotation, Command, END, Send, START, StateGraph } from '@langchain/langgraph';
import { list, sum } from '../../support/scenario-tools.js';
import type { Scenario, ScenarioTools } from '../../support/scenario-types.js';

type Log = { log: string[] };
type Counted = Log & { n: number };

const Logged = Annotation.Root({ log: list() });
const LoggedCount = Annotation.Root({ log: list(), n: sum() });

export const linearBuilder = ({ step }: ScenarioTools) =>
  new StateGraph(LoggedCount)
    .addNode(
      'a',
      step('a', () => ({ log: ['a'], n: 1 })),
    )
    .addNode(
      'b',
      step('b', (s: Counted) => ({ log: [`b${s.n}`], n: 2 })),
    )
    .addNode(
      'c',
      step('c', (s: Counted) => ({ log: [`c${s.n}`] })),
    )
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('b', 'c')
    .addEdge('c', END);

export const parallelBuilder = ({ step }: ScenarioTools) =>
  new StateGraph(Logged)
    .addNode('s', step('s'))
    .addNode('x', step('x'))
    .addNode('y', step('y'))
    .addNode('z', step('z'))
    .addNode(
      'j',
      step('j', (s: Log) => ({ log: [`j${s.log.length}`] })),
    )
    .addEdge(START, 's')
    .addEdge('s', 'x')
    .addEdge('s', 'y')
    .addEdge('s', 'z')
    .addEdge(['x', 'y', 'z'], 'j')
    .addEdge('j', END);

const linear: Scenario = {
  name: 'linear',
  build: (tools) => linearBuilder(tools).compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: ['in'] });
  },
};

const cycle: Scenario = {
  name: 'cycle',
  build: ({ step, options }) =>
    new StateGraph(LoggedCount)
      .addNode(
        'inc',
        step('inc', (s: Counted) => ({ n: 1, log: [`inc${s.n}`] })),
      )
      .addNode('fin', step('fin'))
      .addEdge(START, 'inc')
      .addConditionalEdges('inc', (s) => (s.n < 5 ? 'inc' : 'fin'), ['inc', 'fin'])
      .addEdge('fin', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ n: 0 });
  },
};

const startRouter: Scenario = {
  name: 'start-router',
  build: ({ step, options }) =>
    new StateGraph(LoggedCount)
      .addNode('a', step('a'))
      .addNode('b', step('b'))
      .addConditionalEdges(START, (s) => (s.n > 0 ? ['a', 'b'] : ['a']), ['a', 'b'])
      .addEdge('a', END)
      .addEdge('b', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ n: 1 });
  },
};

const parallelJoin: Scenario = {
  name: 'parallel-join',
  build: (tools) => parallelBuilder(tools).compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: [] });
  },
};

const unevenJoin: Scenario = {
  name: 'uneven-join',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode('s', step('s'))
      .addNode('x', step('x'))
      .addNode('x2', step('x2'))
      .addNode('y', step('y'))
      .addNode('j', step('j'))
      .addEdge(START, 's')
      .addEdge('s', 'x')
      .addEdge('x', 'x2')
      .addEdge('s', 'y')
      .addEdge(['x2', 'y'], 'j')
      .addEdge('j', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ log: [] });
  },
};

const defer: Scenario = {
  name: 'defer',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode('s', step('s'))
      .addNode('x', step('x'))
      .addNode('x2', step('x2'))
      .addNode('y', step('y'))
      .addNode('j', step('j'), { defer: true })
      .addEdge(START, 's')
      .addEdge('s', 'x')
      .addEdge('x', 'x2')
      .addEdge('x2', 'j')
      .addEdge('s', 'y')
      .addEdge('y', 'j')
      .addEdge('j', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ log: [] });
  },
};

const commandGoto: Scenario = {
  name: 'command-goto',
  build: ({ step, options }) =>
    new StateGraph(LoggedCount)
      .addNode(
        'a',
        step('a', () => new Command({ update: { log: ['a'], n: 1 }, goto: 'c' })),
        { ends: ['c'] },
      )
      .addNode('b', step('b'))
      .addNode(
        'c',
        step('c', (s: Counted) => new Command({ update: { log: ['c'], n: 1 }, goto: s.n < 3 ? 'a' : 'b' })),
        { ends: ['a', 'b'] },
      )
      .addEdge(START, 'a')
      .addEdge('b', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const commandList: Scenario = {
  name: 'command-list',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode(
        'a',
        step('a', () => [new Command({ update: { log: ['a1'] }, goto: 'b' }), { log: ['a2'] }] as never),
        { ends: ['b'] },
      )
      .addNode('b', step('b'))
      .addEdge(START, 'a')
      .addEdge('b', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const emptyNode: Scenario = {
  name: 'empty-node',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode(
        'a',
        step('a', () => ({})),
      )
      .addNode(
        'b',
        step('b', () => undefined as never),
      )
      .addNode(
        'c',
        step('c', () => undefined as never),
      )
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge('a', 'c')
      .addEdge('c', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ log: ['i'] });
  },
};

const multiTurn: Scenario = {
  name: 'multi-turn',
  build: linear.build,
  script: async (api) => {
    await api.invoke({ log: ['1'] });
    await api.invoke({ log: ['2'] });
  },
};

const commandInput: Scenario = {
  name: 'command-input',
  build: linear.build,
  script: async (api) => {
    await api.invoke({ log: ['1'] });
    await api.invoke(new Command({ update: { log: ['cmd'], n: 5 }, goto: 'b' }));
    await api.invoke(new Command({ goto: [new Send('c', { n: 99 }), new Send('c', { n: 98 })] }));
  },
};

export const flow: Scenario[] = [
  linear,
  cycle,
  startRouter,
  parallelJoin,
  unevenJoin,
  defer,
  commandGoto,
  commandList,
  emptyNode,
  multiTurn,
  commandInput,
];
