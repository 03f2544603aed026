/** Kinds of channels and schemas, store, runtime context, node cache. */
import { AIMessage, HumanMessage, type BaseMessage } from '@langchain/core/messages';
import {
  Annotation,
  END,
  getStore,
  MessagesAnnotation,
  MessagesDeltaValue,
  ReducedValue,
  START,
  StateGraph,
  StateSchema,
  UntrackedValue,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph';
import { z } from 'zod';
import { list } from '../../support/scenario-tools.js';
import type { Scenario } from '../../support/scenario-types.js';

type WithContext = LangGraphRunnableConfig & { context?: { user: string } };
type Messages = { messages: BaseMessage[] };
const say = (text: string): Messages => ({ messages: [new AIMessage(text)] });
const logValue = () =>
  new ReducedValue(
    z.array(z.string()).default(() => []),
    { reducer: (a: string[], b: string[]) => a.concat(b) },
  );

const deltaChannel: Scenario = {
  name: 'delta-channel',
  unorderedChannels: ['messages'],
  build: ({ step, options }) =>
    new StateGraph(new StateSchema({ messages: MessagesDeltaValue, n: z.number().default(0) }))
      .addNode(
        'a',
        step('a', () => say('a')),
      )
      .addNode(
        'p',
        step('p', () => say('p')),
      )
      .addNode(
        'q',
        step('q', () => say('q')),
      )
      .addNode(
        'z',
        step('z', (s: Messages) => say(`z${s.messages.length}`)),
      )
      .addEdge(START, 'a')
      .addEdge('a', 'p')
      .addEdge('a', 'q')
      .addEdge(['p', 'q'], 'z')
      .addEdge('z', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ messages: [new HumanMessage('hi')] });
    await api.invoke({ messages: [new HumanMessage('again')] });
  },
};

const messagesChannel: Scenario = {
  name: 'messages-channel',
  build: ({ step, options }) =>
    new StateGraph(MessagesAnnotation)
      .addNode(
        'a',
        step('a', (s: Messages) => say(`a${s.messages.length}`)),
      )
      .addNode(
        'b',
        step('b', (s: Messages) => say(`b${s.messages.length}`)),
      )
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ messages: [new HumanMessage('hi')] });
    await api.invoke({ messages: [new HumanMessage('again')] });
  },
};

const untracked: Scenario = {
  name: 'untracked',
  build: ({ step, options }) => {
    const write = () => ({ session: { fn: 1 }, log: ['a'] });
    const read = (s: { session?: { fn: number } }) => ({ log: [`session=${s.session ? s.session.fn : 'none'}`] });
    return new StateGraph(new StateSchema({ log: logValue(), session: new UntrackedValue(z.any()) }))
      .addNode('a', step('a', write))
      .addNode('b', step('b', read))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile(options);
  },
  script: async (api) => {
    await api.invoke({ log: [] });
  },
  knownDifference: {
    reason:
      'an UntrackedValue is in no checkpoint by design, so it ends with the slice; plain LangGraph keeps it for the process',
    aspects: ['observations', 'history'],
    sliceMs: [0],
  },
};

const untrackedOnly: Scenario = {
  name: 'untracked-only',
  ignoreChannels: ['session'],
  build: ({ step, options }) =>
    new StateGraph(new StateSchema({ log: logValue(), session: new UntrackedValue(z.any()) }))
      .addNode(
        'u',
        step('u', () => ({ session: 1 })),
      )
      .addNode('b', step('b'))
      .addNode('c', step('c'))
      .addEdge(START, 'u')
      .addEdge(START, 'b')
      .addEdge('b', 'c')
      .addEdge('c', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ log: [] });
  },
};

const privateState: Scenario = {
  name: 'private-state',
  build: ({ step, options }) => {
    const log = list();
    const secret = Annotation<string>();
    const visible = Annotation.Root({ log });
    return new StateGraph({ state: Annotation.Root({ log, secret }), input: visible, output: visible })
      .addNode(
        'a',
        step('a', () => ({ log: ['a'], secret: 's3' })),
      )
      .addNode(
        'b',
        step('b', (s: { secret: string }) => ({ log: [`b${s.secret}`] })),
        {
          input: Annotation.Root({ secret }),
        },
      )
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile(options);
  },
  script: async (api) => {
    await api.invoke({ log: ['i'] });
  },
};

const zodState: Scenario = {
  name: 'zod-state',
  build: ({ step, options }) =>
    new StateGraph(z.object({ n: z.number().default(3), name: z.string().optional() }))
      .addNode(
        'a',
        step('a', (s: { n: number }) => ({ n: s.n + 1, name: 'x' })),
      )
      .addNode(
        'b',
        step('b', (s: { n: number }) => ({ n: s.n * 2 })),
      )
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({ n: 4 });
  },
};

const store: Scenario = {
  name: 'store',
  needs: { store: true },
  build: ({ ran, options }) =>
    new StateGraph(Annotation.Root({ log: list() }))
      .addNode('a', async (_s: unknown, config: LangGraphRunnableConfig) => {
        ran('a');
        await config.store?.put(['ns'], 'k', { v: 41 });
        return { log: ['a'] };
      })
      .addNode('b', async () => {
        ran('b');
        const item = await getStore()?.get(['ns'], 'k');
        return { log: [`v${String(item?.value['v'])}`] };
      })
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({});
  },
};

const context: Scenario = {
  name: 'context',
  build: ({ ran, options }) =>
    new StateGraph({ state: Annotation.Root({ log: list() }), context: z.object({ user: z.string() }) })
      .addNode('a', (_s: unknown, { context, configurable, metadata }: WithContext) => {
        ran('a');
        return { log: [`${context?.user}:${configurable?.['foo']}:${String(metadata?.['md'])}`] };
      })
      .addNode('b', (_s: unknown, { context }: WithContext) => {
        ran('b');
        return { log: [String(context?.user)] };
      })
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile(options),
  script: async (api) => {
    await api.invoke({}, { context: { user: 'bob' }, configurable: { foo: 'bar' }, metadata: { md: 'm' } });
  },
};

const nodeCache: Scenario = {
  name: 'node-cache',
  needs: { cache: true },
  build: ({ step, options }) => {
    type Input = { n: number };
    const keyFunc = (input: unknown): string =>
      JSON.stringify(Array.isArray(input) ? (input[0] as Input).n : (input as Input).n);
    return new StateGraph(Annotation.Root({ n: Annotation<number>(), log: list() }))
      .addNode(
        'slow',
        step('slow', (s: Input) => ({ log: [`slow${s.n}`] })),
        { cachePolicy: { keyFunc } },
      )
      .addNode('o', step('o'))
      .addNode('z', step('z'))
      .addEdge(START, 'slow')
      .addEdge(START, 'o')
      .addEdge(['slow', 'o'], 'z')
      .addEdge('z', END)
      .compile(options);
  },
  script: async (api) => {
    await api.invoke({ n: 1 });
    await api.invoke({ n: 1 });
  },
};

export const state: Scenario[] = [
  deltaChannel,
  messagesChannel,
  untracked,
  untrackedOnly,
  privateState,
  zodState,
  store,
  context,
  nodeCache,
];
