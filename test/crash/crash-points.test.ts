/**
 * A process dies before and after each statement that writes, in every run of a scenario: claim, checkpoint, writes, report.
 * Another one takes over with the next attempt. The course must look as if nothing had happened, and a task whose result was
 * durable must not run again.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { differences, knownAspects } from '../support/compare.js';
import { runOnRuntime, scenarioAgent } from '../support/scenario-run.js';
import type { Recording } from '../support/scenario-record.js';
import type { Scenario } from '../support/scenario-types.js';
import { runPlain } from '../differential/run-plain.js';
import { SCENARIOS } from '../differential/scenarios/index.js';
import { openCrashLab, type CrashLab } from './crash-lab.js';
import { startCourse } from './in-process-runs.js';
import { CrashPlan } from './mortal-pool.js';

/** One of each kind of commit. */
const NAMES = (process.env.CRASH_ONLY ?? '').split(',').filter(Boolean);
const COVERED = SCENARIOS.filter(({ name }) => NAMES.length === 0 || NAMES.includes(name));
const SLICES_MS = [1000, 0];
/** Points of one scenario that are tried at once: each is a thread of its own. */
const AT_ONCE = 6;

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
  test.each(COVERED)('$name', async (scenario) => {
    const plain = await runPlain(scenario, lab.effects);
    const undisturbed = await course(scenario, sliceMs, Infinity, plain);
    expect(undisturbed.problems).toEqual([]);
    const points = [...Array(undisturbed.moments).keys()].map((i) => i + 1);
    const problems: string[] = [];
    await inParallel(points, AT_ONCE, async (dieAt) => {
      const { died, problems: found } = await course(scenario, sliceMs, dieAt, plain);
      if (died) tally.points++;
      problems.push(...found.map((problem) => `${scenario.name} (${sliceMs} ms) at moment ${dieAt}: ${problem}`));
    });
    tally.graphs.add(scenario.name);
    tally.different.push(...problems);
    expect(problems).toEqual([]);
  });
});

interface Outcome {
  died: boolean;
  moments: number;
  problems: string[];
}

async function course(scenario: Scenario, sliceMs: number, dieAt: number, plain: Recording): Promise<Outcome> {
  const threadId = uuidv7();
  const plan = new CrashPlan(dieAt);
  const { pool, workerId, checkpointer, effects } = lab;
  let atDeath: { saved: Set<string>; executed: number } | undefined;
  const onDeath = async (): Promise<void> => {
    atDeath = { saved: await lab.savedTasks(threadId), executed: effects.executions(threadId).length };
  };
  const { runs } = startCourse({ pool, agents, workerId, plan, onDeath });
  const problems: string[] = [];
  try {
    const ours = await withDeadline(runOnRuntime(scenario, sliceMs, { runs, checkpointer, effects }, threadId));
    const known = [...knownAspects(scenario.knownDifference, sliceMs), 'executions'];
    for (const { aspect, at, plain: expected, ours: actual } of differences(scenario, plain, ours)) {
      if (known.includes(aspect)) continue;
      problems.push(`${aspect}[${at}] ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
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
  return { died: atDeath !== undefined, moments: plan.moments, problems };
}

function withDeadline<T>(work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('hangs')), 15_000).unref()),
  ]);
}

async function inParallel<T>(items: T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
