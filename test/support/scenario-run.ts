/** A scenario on our runtime, whatever drives the runs: Temporal, or a test's own loop. */
import { v7 as uuidv7 } from 'uuid';
import { bareAgent, defineAgent } from '../../src/agent/define-agent.js';
import type { AgentDefinition, CompiledGraph } from '../../src/agent/definition.js';
import type { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import type { RunsApi } from '../../src/client/runs.js';
import type { Run } from '../../src/runs/types.js';
import { observation, readHistory, type Observation, type Recording } from './scenario-record.js';
import { buildScenario } from './scenario-tools.js';
import type { InvokeOptions, Observed, Scenario } from './scenario-types.js';
import type { SideEffects } from './side-effects.js';

/** Longer than any scenario takes; shorter than the test runner's own limit. */
const WAIT_MS = 20_000;

export const agentName = (scenario: Scenario, sliceMs: number): string => `${scenario.name}.${sliceMs}`;

/** The agent that a worker serves for a scenario: its graph without a checkpointer of its own. */
export function scenarioAgent(scenario: Scenario, sliceMs: number, effects: SideEffects): AgentDefinition {
  const graph = buildScenario(scenario, effects, { flaky: true });
  const name = agentName(scenario, sliceMs);
  if (!scenario.retry) return { ...bareAgent(name, graph), sliceMs };
  return defineAgent({ name, graph, nodes: { '*': { retry: scenario.retry } }, slice: sliceMs, onExhausted: 'fail' });
}

export interface Runtime {
  runs: RunsApi;
  /** Reads what the runs have written, as plain LangGraph would. */
  checkpointer: PostgresCheckpointer;
  effects: SideEffects;
}

export async function runOnRuntime(
  scenario: Scenario,
  sliceMs: number,
  { runs, checkpointer, effects }: Runtime,
  threadId: string = uuidv7(),
): Promise<Recording> {
  const agent = agentName(scenario, sliceMs);
  const reader = buildScenario(scenario, effects, { checkpointer, flaky: true });
  const observations: Observation[] = [];
  let last: Run | undefined;
  let seen = 0;

  const settle = async (starting: Promise<Run>): Promise<Run> => {
    const { runId } = await starting;
    return runs.wait(runId, { timeoutMs: WAIT_MS });
  };
  const observe = async (starting: Promise<Run>): Promise<Observed> => {
    last = await settle(starting);
    const observed = await observedIn(last, reader);
    const executions = effects.executions(threadId);
    observations.push(observation(observed, executions.slice(seen)));
    seen = executions.length;
    return observed;
  };
  const pending = (): Run => {
    if (last) return last;
    throw new Error('nothing was started yet');
  };

  await scenario.script({
    invoke: (input: unknown, options: InvokeOptions = {}) => observe(runs.start(agent, input, { threadId, options })),
    answer: (answer) => observe(runs.resume(pending().runId, answer)),
    answerEach: (answerTo) => {
      const answers = pending().interrupts.map(({ id, value }) => [id, answerTo(value)] as const);
      const given = Object.fromEntries(answers.filter(([, answer]) => answer !== undefined));
      return observe(runs.resume(pending().runId, given));
    },
    edit: async (values, options = {}) => {
      const run = await settle(runs.edit(agent, values, { threadId, options }));
      if (run.status === 'success' && run.head !== null) return run.head;
      throw new Error(`the edit ended as ${run.status}: ${run.error?.message}`);
    },
    history: () => readHistory(reader, threadId),
  });
  return { observations, history: await readHistory(reader, threadId) };
}

async function observedIn(run: Run, reader: CompiledGraph): Promise<Observed> {
  const { values } = await reader.getState({ configurable: { thread_id: run.threadId } });
  const { status, interrupts, error } = run;
  return { status, interrupts, values, ...(error && { error }) };
}
