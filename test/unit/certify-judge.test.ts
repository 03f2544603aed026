/** The judge of `npm run certify` sees what it is there to see: a campaign that finds nothing must mean something. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemsOf, type Course } from '../certify/judge.js';
import { runPlain } from '../differential/run-plain.js';
import { SCENARIOS } from '../differential/scenarios/index.js';
import type { Recording } from '../support/scenario-record.js';
import { temporaryDirectory } from '../support/scenario-tools.js';
import { createSideEffects, type Execution } from '../support/side-effects.js';

const directory = temporaryDirectory();
const scenario = SCENARIOS.find(({ name }) => name === 'parallel-join')!;
let plain: Recording;

beforeAll(async () => {
  plain = await runPlain(scenario, createSideEffects(directory));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const course = (more: Partial<Course> = {}): string[] =>
  problemsOf({ scenario, plain, ours: plain, lost: 0, executions: [], sightings: [], ...more });

function withExecutions(change: (executions: string[]) => string[]): Recording {
  const observations = plain.observations.map((it) => ({ ...it, executions: change(it.executions) }));
  return { ...plain, observations };
}

test('an undisturbed course is plain LangGraph to the last execution', () => {
  expect(course()).toEqual([]);
  const twice = withExecutions((all) => [...all, '2 x'].sort());
  expect(course({ ours: twice })).toEqual([expect.stringMatching(/^executions\[0\]/)]);
});

test('each lost attempt allows one more execution of what plain LangGraph runs', () => {
  const twice = withExecutions((all) => [...all, '2 x'].sort());
  expect(course({ ours: twice, lost: 1 })).toEqual([]);
  const thrice = withExecutions((all) => [...all, '2 x', '2 x'].sort());
  expect(course({ ours: thrice, lost: 1 })).toEqual([expect.stringMatching(/^"2 x" ran 3 times, with 1 lost/)]);
  const missing = withExecutions((all) => all.filter((execution) => execution !== '2 y'));
  expect(course({ ours: missing, lost: 1 })).toEqual([expect.stringMatching(/^"2 y" ran 0 times/)]);
  const foreign = withExecutions((all) => [...all, '9 q']);
  expect(course({ ours: foreign, lost: 9 })).toEqual([expect.stringMatching(/^"9 q" ran 1 times/)]);
});

test('state and history count whatever was lost', () => {
  const ours = { ...plain, history: plain.history.slice(1) };
  expect(course({ ours, lost: 5 })).toEqual([expect.stringMatching(/^history\[0\]/)]);
});

test('a task whose result was durable does not run again', () => {
  const execution: Execution = { name: 'x', step: 2, path: [], taskId: 't1' };
  const sightings = [{ saved: new Set(['t1']), executed: 1 }];
  expect(course({ lost: 1, executions: [execution], sightings })).toEqual([]);
  expect(course({ lost: 1, executions: [execution, execution], sightings })).toEqual([
    'x (t1) ran although its result was durable',
  ]);
});
