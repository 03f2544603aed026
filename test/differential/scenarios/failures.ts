/** Nodes that fail: retried, timed out, handled, or the end of the run; recursion limits. */
import { Annotation, Command, END, START, StateGraph } from '@langchain/langgraph';
import { list, pause, sum } from '../../support/scenario-tools.js';
import type { Scenario } from '../../support/scenario-types.js';

const Logged = Annotation.Root({ log: list() });
const quickly = { initialInterval: 1, jitter: false, logWarning: false };

const agentRetries: Scenario = {
  name: 'agent-retries',
  retry: { maximumAttempts: 4, initialInterval: 1 },
  executionsWhenRetried: { f: 3 },
  build: ({ step, count, flaky, options }) =>
    new StateGraph(Logged)
      .addNode('a', step('a'))
      .addNode(
        'f',
        step('f', () => {
          if (flaky && count('f') < 3) throw new Error('boom');
          return { log: ['f'] };
        }),
      )
      .addNode('g', step('g'))
      .addNode('z', step('z'))
      .addEdge(START, 'a')
      .addEdge('a', 'f')
      .addEdge('a', 'g')
      .addEdge(['f', 'g'], 'z')
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const routerRetries: Scenario = {
  name: 'router-retries',
  retry: { maximumAttempts: 3, initialInterval: 1 },
  executionsWhenRetried: { a: 2, router: 2 },
  build: ({ step, ran, count, flaky, options }) =>
    new StateGraph(Logged)
      .addNode('a', step('a'))
      .addNode('z', step('z'))
      .addEdge(START, 'a')
      .addConditionalEdges(
        'a',
        () => {
          ran('router');
          if (flaky && count('router') < 2) throw new Error('router boom');
          return 'z';
        },
        ['z'],
      )
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const finalError: Scenario = {
  name: 'final-error',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode('a', step('a'))
      .addNode(
        'f',
        step('f', (): { log: string[] } => {
          throw new TypeError('always');
        }),
      )
      .addNode('g', step('g'))
      .addNode('z', step('z'))
      .addEdge(START, 'a')
      .addEdge('a', 'f')
      .addEdge('a', 'g')
      .addEdge('f', 'z')
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
  knownDifference: {
    reason:
      'beside a final failure the other nodes of the superstep finish and keep their writes; plain LangGraph aborts them',
    aspects: ['history'],
  },
};

const graphRetries: Scenario = {
  name: 'graph-retries',
  build: ({ step, count, options }) =>
    new StateGraph(Logged)
      .addNode(
        'f',
        step('f', () => {
          if (count('f') < 3) throw new Error('transient');
          return { log: ['f'] };
        }),
        { retryPolicy: { ...quickly, maxAttempts: 4 } },
      )
      .addNode('z', step('z'))
      .addEdge(START, 'f')
      .addEdge('f', 'z')
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

export const errorHandler: Scenario = {
  name: 'error-handler',
  build: ({ step, ran, options }) =>
    new StateGraph(Logged)
      .addNode(
        'f',
        step('f', (): { log: string[] } => {
          throw Object.assign(new RangeError('bad'), { code: 'E42' });
        }),
        {
          retryPolicy: { ...quickly, maxAttempts: 2 },
          errorHandler: (_state: unknown, { node, error }: { node: string; error: Error & { code?: string } }) => {
            ran('handler');
            const said = `handled ${node} ${error.message} ${error.constructor.name} ${error.code}`;
            return new Command({ update: { log: [said] }, goto: 'rec' });
          },
          ends: ['rec'],
        },
      )
      .addNode('g', step('g'))
      .addNode('rec', step('rec'))
      .addNode('z', step('z'))
      .addEdge(START, 'f')
      .addEdge(START, 'g')
      .addEdge('f', 'z')
      .addEdge('rec', END)
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const nodeTimeout: Scenario = {
  name: 'node-timeout',
  build: ({ ran, count, step, options }) =>
    new StateGraph(Logged)
      .addNode(
        'f',
        async () => {
          ran('f');
          if (count('f') < 2) await pause(400);
          return { log: ['f'] };
        },
        { timeout: 60, retryPolicy: { ...quickly, maxAttempts: 3 } },
      )
      .addNode('z', step('z'))
      .addEdge(START, 'f')
      .addEdge('f', 'z')
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const recursionLimit: Scenario = {
  name: 'recursion-limit',
  build: ({ step, options }) =>
    new StateGraph(Annotation.Root({ n: sum() }))
      .addNode(
        'inc',
        step('inc', () => ({ n: 1 })),
      )
      .addEdge(START, 'inc')
      .addConditionalEdges('inc', () => 'inc', ['inc'])
      .compile(options),
  script: async (api) => {
    await api.invoke({ n: 0 }, { recursionLimit: 6 });
    await api.invoke(null, { recursionLimit: 3 });
  },
};

const recursionLimitAtTheEnd: Scenario = {
  name: 'recursion-limit-at-the-end',
  build: ({ step, options }) =>
    new StateGraph(Annotation.Root({ n: sum() }))
      .addNode(
        'one',
        step('one', () => ({ n: 1 })),
      )
      .addNode(
        'two',
        step('two', () => ({ n: 1 })),
      )
      .addEdge(START, 'one')
      .addEdge('one', 'two')
      .addEdge('two', END)
      .compile(options),
  script: async (api) => {
    for (const recursionLimit of [1, 2, 3]) await api.invoke({ n: 0 }, { recursionLimit });
  },
};

export const failures: Scenario[] = [
  agentRetries,
  routerRetries,
  finalError,
  graphRetries,
  errorHandler,
  nodeTimeout,
  recursionLimit,
  recursionLimitAtTheEnd,
];
