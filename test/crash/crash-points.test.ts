/**
 * A process dies before and after each statement that writes, in every run of a scenario: claim, checkpoint, writes, report.
 * Another one takes over with the next attempt. The course must look as if nothing had happened, and a task whose result was
 * durable must not run again.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { differences } from '../support/compare.js';
import { runOnRuntime, scenarioAgent } from '../support/scenario-run.js';
import type { Recording } from '../support/scenario-record.js';
import type { Scenario } from '../support/scenario-types.js';
import { SCENARIOS } from '../differential/scenarios/index.js';
import { openCrashLab, type CrashLab } from './crash-lab.js';
import { startCourse } from './in-process-runs.js';
import { CrashPlan } from './mortal-pool.js';

/** Every kind of commit: inputs, supersteps, fan-outs, subgraphs, answers, edits, forks, handlers, limits, breakpoints. */
const COVERED = named([
  'linear',
  'parallel-join',
  'send-map-reduce',
  'command-goto',
  'multi-turn',
  'subgraph',
  'parallel-subgraphs',
  'subgraph-interrupt',
  'subgraph-breakpoint',
  'fork-before-stateful-subgraph',
  'delta-channel',
  'zod-state',
  'error-handler',
  'agent-retries',
  'final-error',
  'recursion-limit',
  'functional-tasks',
  'functional-interrupts',
  'interrupt-sequence',
  'interrupts-one-by-one',
  'resume-by-command',
  'edit-while-interrupted',
  'breakpoints',
  'breakpoints-everywhere',
  'agent-human-in-the-loop',
]);
const SLICES_MS = [1000, 0];
/** Longer than any course takes, on a slow machine too. */
const DEADLINE_MS = 60_000;
/** Points of one scenario that are tried at once: each is a thread of its own. */
const AT_ONCE = 8;

let lab: CrashLab;
let agents: ReadonlyMap<string, ReturnType<typeof scenarioAgent>>;
const tally = { points: 0, graphs: new Set<string>(), different: [] as string[] };

beforeAll(async () => {
  lab = await openCrashLab();
  const all = SLICES_MS.flatMap((sliceMs) => COVERED.map((scenario) => scenarioAgent(scenario, sliceMs, lab.effects)));
  agents = new Map(all.map((agent) => [agent.name, agent]));
  await lab.serve(all);
});
afterAll(async () => {
  console.log(
    `crash points: ${tally.points} in ${tally.graphs.size} graphs x ${SLICES_MS.length} slice lengths; ` +
      `${tally.different.length} differences`,
  );
  for (const what of tally.different) console.log(`  DIFFERENT: ${what}`);
  await lab.close();
});

describe.each(SLICES_MS)('slices of %i ms', (sliceMs) => {
  test.each(COVERED)(
    '$name',
    async (scenario) => {
      const undisturbed = await course(scenario, sliceMs, Infinity);
      expect(undisturbed.problems).toEqual([]);
      const points = [...Array(undisturbed.moments).keys()].map((i) => i + 1);
      const problems: string[] = [];
      await inParallel(points, AT_ONCE, async (dieAt) => {
        const { died, problems: found } = await course(scenario, sliceMs, dieAt, undisturbed.recording);
        if (died) tally.points++;
        problems.push(...found.map((problem) => `${scenario.name} (${sliceMs} ms) at moment ${dieAt}: ${problem}`));
      });
      tally.graphs.add(scenario.name);
      tally.different.push(...problems);
      expect(problems).toEqual([]);
    },
    300_000,
  );
});

function named(names: string[]): Scenario[] {
  return names.map((name) => {
    const scenario = SCENARIOS.find((candidate) => candidate.name === name);
    if (!scenario) throw new Error(`there is no scenario ${name}`);
    return scenario;
  });
}

interface Outcome {
  recording?: Recording;
  died: boolean;
  moments: number;
  problems: string[];
}

async function course(scenario: Scenario, sliceMs: number, dieAt: number, undisturbed?: Recording): Promise<Outcome> {
  const threadId = uuidv7();
  const plan = new CrashPlan(dieAt);
  const { pool, workerId, checkpointer, effects } = lab;
  let atDeath: { saved: Set<string>; executed: number } | undefined;
  const onDeath = async (): Promise<void> => {
    atDeath = { saved: await lab.savedTasks(threadId), executed: effects.executions(threadId).length };
  };
  const { runs } = startCourse({ pool, agents, workerId, plan, onDeath });
  const problems: string[] = [];
  let recording: Recording | undefined;
  try {
    recording = await withDeadline(runOnRuntime(scenario, sliceMs, { runs, checkpointer, effects }, threadId));
    for (const { aspect, at, plain, ours } of differences(scenario, undisturbed ?? recording, recording)) {
      if (aspect === 'executions') continue;
      problems.push(`${aspect}[${at}] ${shown(ours)} instead of ${shown(plain)}`);
    }
  } catch (e) {
    problems.push(String(e));
  }
  if (atDeath) {
    const { saved, executed } = atDeath;
    const again = effects.executions(threadId).slice(executed);
    const twice = again.filter(({ taskId }) => saved.has(taskId)).map(({ name }) => name);
    if (twice.length > 0) problems.push(`ran although their results were durable: ${twice.join(', ')}`);
  }
  return { recording, died: atDeath !== undefined, moments: plan.moments, problems };
}

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 300);

function withDeadline<T>(work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('hangs')), DEADLINE_MS).unref()),
  ]);
}

async function inParallel<T>(items: T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
