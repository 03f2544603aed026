/** The oracle: LangGraph alone, in one process that nothing disturbs. */
import { Command, MemorySaver, type BaseCheckpointSaver } from '@langchain/langgraph';
import { v7 as uuidv7 } from 'uuid';
import type { CompiledGraph } from '../../src/agent/definition.js';
import { observation, readHistory, type Observation, type Recording } from '../support/scenario-record.js';
import { buildScenario } from '../support/scenario-tools.js';
import type { InvokeOptions, Observed, Scenario } from '../support/scenario-types.js';
import type { SideEffects } from '../support/side-effects.js';

export async function runPlain(
  scenario: Scenario,
  effects: SideEffects,
  checkpointer: BaseCheckpointSaver = new MemorySaver(),
): Promise<Recording> {
  const threadId = uuidv7();
  const graph = buildScenario(scenario, effects, { checkpointer, flaky: false });
  const observations: Observation[] = [];
  let last: Observed = { status: 'none', interrupts: [], values: {} };
  let seen = 0;

  const invoke = async (input: unknown, options?: InvokeOptions): Promise<Observed> => {
    last = await invokeOnce(graph, threadId, input, options);
    const executions = effects.executions(threadId);
    observations.push(observation(last, executions.slice(seen)));
    seen = executions.length;
    return last;
  };

  await scenario.script({
    invoke,
    answer: (resume) => invoke(new Command({ resume })),
    answerEach: (answerTo) => {
      const answers = last.interrupts.map(({ id, value }) => [id, answerTo(value)]);
      return invoke(new Command({ resume: Object.fromEntries(answers.filter(([, answer]) => answer !== undefined)) }));
    },
    edit: async (values, { asNode, checkpointId } = {}) => {
      const at = { thread_id: threadId, checkpoint_ns: '', ...(checkpointId && { checkpoint_id: checkpointId }) };
      const edited = values as Record<string, unknown>;
      const { configurable } = await graph.updateState({ configurable: at }, edited, asNode);
      return String(configurable?.['checkpoint_id']);
    },
    history: () => readHistory(graph, threadId),
  });
  return { observations, history: await readHistory(graph, threadId) };
}

async function invokeOnce(
  graph: CompiledGraph,
  threadId: string,
  input: unknown,
  { configurable, checkpointId, ...rest }: InvokeOptions = {},
): Promise<Observed> {
  const config = {
    ...rest,
    durability: 'sync',
    configurable: { ...configurable, thread_id: threadId, ...(checkpointId && { checkpoint_id: checkpointId }) },
  };
  const interrupts: Observed['interrupts'] = [];
  let error: Error | undefined;
  try {
    for await (const chunk of await graph.stream(input as never, { ...config, streamMode: 'updates' } as never)) {
      interrupts.push(...interruptsOf(chunk));
    }
  } catch (e) {
    error = e as Error;
  }
  const { values, next } = await graph.getState({ configurable: { thread_id: threadId } });
  if (error) return { status: 'error', interrupts: [], error, values };
  return { status: interrupts.length > 0 || next.length > 0 ? 'interrupted' : 'success', interrupts, values };
}

function interruptsOf(chunk: unknown): Observed['interrupts'] {
  if (typeof chunk !== 'object' || chunk === null || !('__interrupt__' in chunk)) return [];
  return chunk.__interrupt__ as Observed['interrupts'];
}
