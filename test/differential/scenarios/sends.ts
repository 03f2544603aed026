/** Tasks made by Send, from edges and from Commands. */
import { Annotation, Command, END, Send, START, StateGraph } from '@langchain/langgraph';
import { list } from '../../support/scenario-tools.js';
import type { Scenario } from '../../support/scenario-types.js';

const Logged = Annotation.Root({ log: list() });
type Log = { log: string[] };
type Item = { item?: number };

const sendMapReduce: Scenario = {
  name: 'send-map-reduce',
  build: ({ step, options }) =>
    new StateGraph(Annotation.Root({ items: Annotation<number[]>(), log: list() }))
      .addNode(
        'gen',
        step('gen', () => ({ items: [1, 2, 3, 4] })),
      )
      .addNode(
        'w',
        step('w', (s: Item) => ({ log: [`w${s.item}`] })),
      )
      .addNode(
        'red',
        step('red', (s: Log) => ({ log: [`sum${s.log.length}`] })),
      )
      .addEdge(START, 'gen')
      .addConditionalEdges('gen', (s) => s.items.map((item) => new Send('w', { item })), ['w'])
      .addEdge('w', 'red')
      .addEdge('red', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const sendPlusEdge: Scenario = {
  name: 'send-plus-edge',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode('gen', step('gen'))
      .addNode(
        'w',
        step('w', (s: Item) => ({ log: [`w${s.item ?? '-'}`] })),
      )
      .addNode('o', step('o'))
      .addEdge(START, 'gen')
      .addConditionalEdges('gen', () => [new Send('w', { item: 1 }), 'w', 'o', new Send('w', { item: 2 })], ['w', 'o'])
      .addEdge('w', END)
      .addEdge('o', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const commandSend: Scenario = {
  name: 'command-send',
  build: ({ step, options }) =>
    new StateGraph(Logged)
      .addNode(
        'a',
        step('a', () => {
          return new Command({
            update: { log: ['a'] },
            goto: [new Send('w', { item: 1 }), new Send('w', { item: 2 }), 'z'],
          });
        }),
        { ends: ['w', 'z'] },
      )
      .addNode(
        'w',
        step('w', (s: Item) => ({ log: [`w${s.item}`] })),
      )
      .addNode('z', step('z'))
      .addEdge(START, 'a')
      .addEdge('w', END)
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

export const sends: Scenario[] = [sendMapReduce, sendPlusEdge, commandSend];
