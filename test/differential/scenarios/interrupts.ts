/** Questions from nodes, answered one by one, together and out of order; static breakpoints. */
import { Annotation, Command, END, interrupt, Send, START, StateGraph } from '@langchain/langgraph';
import { list } from '../../support/scenario-tools.js';
import type { Scenario, ScenarioTools } from '../../support/scenario-types.js';
import { linearBuilder, parallelBuilder } from './flow.js';

const Logged = Annotation.Root({ log: list() });
type Log = { log: string[] };
const ask = (question: unknown): string => interrupt<unknown, string>(question);

export const askingBuilder = ({ step }: ScenarioTools) =>
  new StateGraph(Logged)
    .addNode('a', step('a'))
    .addNode(
      'ask',
      step('ask', () => ({ log: [`got ${ask({ q: 1 })}`] })),
    )
    .addNode('z', step('z'))
    .addEdge(START, 'a')
    .addEdge('a', 'ask')
    .addEdge('ask', 'z')
    .addEdge('z', END);

const interruptOnce: Scenario = {
  name: 'interrupt-once',
  build: (tools) => askingBuilder(tools).compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: ['i'] });
    await api.answer('yes');
  },
};

const interruptSequence: Scenario = {
  name: 'interrupt-sequence',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode(
        'ask',
        step('ask', () => ({ log: [ask('q1'), ask('q2'), ask('q3')] })),
      )
      .addNode('z', step('z'))
      .addEdge(START, 'ask')
      .addEdge('ask', 'z')
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
    await api.answer('A');
    await api.answer('B');
    await api.answer('C');
  },
};

const parallelQuestions = ({ step, options }: ScenarioTools) =>
  new StateGraph(Logged)
    .addNode(
      'p',
      step('p', () => ({ log: [`p:${ask('P?')}`] })),
    )
    .addNode(
      'q',
      step('q', () => ({ log: [`q:${ask('Q?')}${ask('Q2?')}`] })),
    )
    .addNode('r', step('r'))
    .addNode(
      'z',
      step('z', (s: Log) => ({ log: [`z${s.log.length}`] })),
    )
    .addEdge(START, 'p')
    .addEdge(START, 'q')
    .addEdge(START, 'r')
    .addEdge(['p', 'q', 'r'], 'z')
    .addEdge('z', END)
    .compile(options);

const interruptsTogether: Scenario = {
  name: 'interrupts-together',
  build: parallelQuestions,
  script: async (api) => {
    await api.invoke({});
    await api.answerEach((question) => `${question}!`);
    await api.answerEach((question) => `${question}!`);
  },
};

const interruptsOneByOne: Scenario = {
  name: 'interrupts-one-by-one',
  build: parallelQuestions,
  script: async (api) => {
    const only = (wanted: string) => (question: unknown) => (question === wanted ? `${wanted}!` : undefined);
    await api.invoke({});
    await api.answerEach(only('Q?'));
    await api.answerEach(only('P?'));
    await api.answerEach(only('Q2?'));
  },
};

const interruptsInSends: Scenario = {
  name: 'interrupts-in-sends',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode(
        'w',
        step('w', (s: { i?: number }) => ({ log: [`w${s.i}${ask(`ok ${s.i}`)}`] })),
      )
      .addNode('z', step('z'))
      .addConditionalEdges(START, () => [1, 2, 3].map((i) => new Send('w', { i })), ['w'])
      .addEdge('w', 'z')
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.answerEach((question) => `${question}!`);
  },
};

const resumeByCommand: Scenario = {
  name: 'resume-by-command',
  build: interruptSequence.build,
  script: async (api) => {
    await api.invoke({});
    await api.invoke(new Command({ resume: 'A' }));
    await api.invoke(new Command({ resume: 'B', update: { log: ['u'] } }));
    await api.invoke(new Command({ resume: 'C' }));
  },
  knownDifference: {
    reason:
      'plain LangGraph loses Command.update when the superstep interrupts again: its null-task writes are overwritten',
    aspects: ['observations', 'history'],
  },
};

const newInputOverInterrupt: Scenario = {
  name: 'new-input-over-interrupt',
  build: interruptOnce.build,
  script: async (api) => {
    await api.invoke({ log: ['1'] });
    await api.invoke({ log: ['2'] });
    await api.answer('ok');
  },
};

const editWhileInterrupted: Scenario = {
  name: 'edit-while-interrupted',
  build: interruptOnce.build,
  script: async (api) => {
    await api.invoke({ log: ['1'] });
    await api.edit({ log: ['edited'] }, { asNode: 'ask' });
    await api.invoke(null);
  },
};

const breakpoints: Scenario = {
  name: 'breakpoints',
  build: (tools) => linearBuilder(tools).compile({ ...tools.options, interruptBefore: ['b'], interruptAfter: ['b'] }),
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.invoke(null);
    await api.invoke(null);
  },
};

const breakpointsEverywhere: Scenario = {
  name: 'breakpoints-everywhere',
  build: (tools) => parallelBuilder(tools).compile({ ...tools.options, interruptBefore: '*' }),
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.invoke(null);
    await api.invoke(null);
    await api.invoke(null);
  },
};

export const interrupts: Scenario[] = [
  interruptOnce,
  interruptSequence,
  interruptsTogether,
  interruptsOneByOne,
  interruptsInSends,
  resumeByCommand,
  newInputOverInterrupt,
  editWhileInterrupted,
  breakpoints,
  breakpointsEverywhere,
];
