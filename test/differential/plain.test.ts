/** The oracle says the same every time; otherwise comparing with it would mean nothing. */
import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { differences } from '../support/compare.js';
import { temporaryDirectory } from '../support/scenario-tools.js';
import { createSideEffects } from '../support/side-effects.js';
import { runPlain } from './run-plain.js';
import { SCENARIOS } from './scenarios/index.js';

const directory = temporaryDirectory();
const effects = createSideEffects(directory);
afterAll(() => rm(directory, { recursive: true, force: true }));

test('61 scenarios and more, each with a name of its own', () => {
  expect(SCENARIOS.length).toBeGreaterThanOrEqual(61);
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
});

describe('plain LangGraph, in one process', () => {
  test.each(SCENARIOS)('$name', async (scenario) => {
    const first = await runPlain(scenario, effects);
    const second = await runPlain(scenario, effects);
    expect(first.observations.length).toBeGreaterThan(0);
    expect(first.history.length).toBeGreaterThan(0);
    expect(differences(scenario, first, second)).toEqual([]);
  });
});
