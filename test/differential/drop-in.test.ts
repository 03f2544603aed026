/** Our checkpointer under plain LangGraph, without the engine: what differs here is the checkpointer's fault, not the engine's. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences } from '../support/compare.js';
import { openLab, type Lab } from '../support/checkpoint-lab.js';
import { temporaryDirectory } from '../support/scenario-tools.js';
import { createSideEffects } from '../support/side-effects.js';
import { runPlain } from './run-plain.js';
import { SCENARIOS } from './scenarios/index.js';

const directory = temporaryDirectory();
const effects = createSideEffects(directory);
let lab: Lab;
beforeAll(async () => (lab = await openLab()));
afterAll(async () => {
  await lab.close();
  await rm(directory, { recursive: true, force: true });
});

describe('plain LangGraph on PostgresCheckpointer', () => {
  test.each(SCENARIOS)('$name', async (scenario) => {
    const inMemory = await runPlain(scenario, effects);
    const inPostgres = await runPlain(scenario, effects, lab.checkpointer);
    expect(differences(scenario, inMemory, inPostgres)).toEqual([]);
  });
});
