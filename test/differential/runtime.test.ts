/** Every scenario on the real runtime, in long slices and in slices of one superstep, equal to plain LangGraph. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences, knownAspects, retriedExecutions } from '../support/compare.js';
import { startRuntime, type TestRuntime } from '../support/runtime.js';
import { runOnRuntime, scenarioAgent } from '../support/scenario-run.js';
import { temporaryDirectory } from '../support/scenario-tools.js';
import { createSideEffects } from '../support/side-effects.js';
import { runPlain } from './run-plain.js';
import { SCENARIOS } from './scenarios/index.js';

const SLICES_MS = [1000, 0];

const directory = temporaryDirectory();
const effects = createSideEffects(directory);
let runtime: TestRuntime;
const tally = { equal: 0, known: new Map<string, string>(), unexplained: new Set<string>() };

beforeAll(async () => {
  const agents = SLICES_MS.flatMap((sliceMs) => SCENARIOS.map((scenario) => scenarioAgent(scenario, sliceMs, effects)));
  runtime = await startRuntime(agents);
});

afterAll(async () => {
  const total = SCENARIOS.length * SLICES_MS.length;
  const { equal, known, unexplained } = tally;
  console.log(
    `differential: ${SCENARIOS.length} scenarios x ${SLICES_MS.length} slice lengths; ${equal} of ${total} equal to plain LangGraph, ` +
      `${known.size} explained, ${unexplained.size} unexplained`,
  );
  for (const [name, reason] of known) console.log(`  explained: ${name}: ${reason}`);
  for (const name of unexplained) console.log(`  UNEXPLAINED: ${name}`);
  await runtime.close();
  await rm(directory, { recursive: true, force: true });
});

describe.each(SLICES_MS)('slices of %i ms', (sliceMs) => {
  test.concurrent.each(SCENARIOS)('$name', async (scenario) => {
    const label = `${scenario.name} (${sliceMs} ms)`;
    tally.unexplained.add(label);
    const plain = await runPlain(scenario, effects);
    const { runs, checkpointer } = runtime.client;
    const ours = await runOnRuntime(scenario, sliceMs, { runs, checkpointer, effects });
    const found = differences(scenario, plain, ours);
    const known = knownAspects(scenario.knownDifference, sliceMs);
    expect(
      found.filter(({ aspect }) => !known.includes(aspect)),
      'differs from plain LangGraph',
    ).toEqual([]);
    expect(
      found.map(({ aspect }) => aspect),
      'no longer differs as explained',
    ).toEqual(known);
    expect(retriedExecutions(scenario, ours)).toEqual(scenario.executionsWhenRetried ?? {});
    tally.unexplained.delete(label);
    if (found.length === 0) tally.equal++;
    else tally.known.set(label, scenario.knownDifference?.reason ?? '');
  });
});
