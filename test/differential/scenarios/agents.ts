/** LangChain's createAgent: tools in parallel, human in the loop, middleware. */
import { HumanMessage, type BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { createAgent, createMiddleware, humanInTheLoopMiddleware, type AgentMiddleware } from 'langchain';
import { z } from 'zod';
import { ScriptedChatModel, turnNumber, type ScriptedTurn } from '../../../src/testing/scripted-model.js';
import type { Scenario, ScenarioTools } from '../../support/scenario-types.js';

const turns: ScriptedTurn[] = [
  {
    text: 'let me check that',
    toolCalls: [
      { name: 'weather', args: { city: 'Rome' }, id: 'c1' },
      { name: 'weather', args: { city: 'Oslo' }, id: 'c2' },
    ],
  },
  [{ name: 'mail', args: { to: 'bob' }, id: 'c3' }],
  'all done here',
];

const buildAgent = ({ ran, options }: ScenarioTools, middleware: AgentMiddleware[] = []) =>
  createAgent({
    ...options,
    middleware,
    model: new ScriptedChatModel({
      script: (messages) => {
        const turn = turnNumber(messages);
        ran(`model${turn}`);
        return turns[turn] ?? 'nothing more';
      },
    }),
    tools: [
      tool(
        ({ city }: { city: string }) => {
          ran(`weather:${city}`);
          return `sunny in ${city}`;
        },
        { name: 'weather', description: 'the weather', schema: z.object({ city: z.string() }) },
      ),
      tool(
        ({ to }: { to: string }) => {
          ran(`mail:${to}`);
          return `sent to ${to}`;
        },
        { name: 'mail', description: 'sends a mail', schema: z.object({ to: z.string() }) },
      ),
    ],
  });

const hello = (): { messages: BaseMessage[] } => ({ messages: [new HumanMessage({ content: 'hi', id: 'h1' })] });

const agent: Scenario = {
  name: 'agent',
  build: (tools) => buildAgent(tools),
  script: async (api) => {
    await api.invoke(hello());
  },
};

const humanInTheLoop: Scenario = {
  name: 'agent-human-in-the-loop',
  build: (tools) =>
    buildAgent(tools, [
      humanInTheLoopMiddleware({ interruptOn: { mail: { allowedDecisions: ['approve', 'edit', 'reject'] } } }),
    ]),
  script: async (api) => {
    await api.invoke(hello());
    await api.answer({ decisions: [{ type: 'edit', editedAction: { name: 'mail', args: { to: 'alice' } } }] });
  },
};

const middleware: Scenario = {
  name: 'agent-middleware',
  build: (tools) =>
    buildAgent(tools, [
      createMiddleware({
        name: 'counting',
        stateSchema: z.object({ cnt: z.number().default(0) }),
        beforeModel: (state) => {
          tools.ran('before');
          return { cnt: state.cnt + 1 };
        },
        afterModel: () => {
          tools.ran('after');
        },
        wrapModelCall: (request, handler) => {
          tools.ran('wrap model');
          return handler(request);
        },
        wrapToolCall: (request, handler) => {
          tools.ran('wrap tool');
          return handler(request);
        },
      }),
    ]),
  script: async (api) => {
    await api.invoke(hello());
  },
};

export const agents: Scenario[] = [agent, humanInTheLoop, middleware];
