/** What a course that was disturbed must have in common with plain LangGraph. */
import { differences, retriedExecutions } from '../support/compare.js';
import type { Recording } from '../support/scenario-record.js';
import type { Scenario } from '../support/scenario-types.js';
import type { Execution } from '../support/side-effects.js';

export interface Course {
  scenario: Scenario;
  plain: Recording;
  ours: Recording;
  /** Slices that had to be tried again. */
  lost: number;
  executions: Execution[];
  sightings: Sighting[];
}

/** Taken after a kill: tasks whose results were durable, and how much had been executed by then, or a little more. */
export interface Sighting {
  saved: ReadonlySet<string>;
  executed: number;
}

/** In words; empty when all is as it should be. */
export function problemsOf(course: Course): string[] {
  const { scenario, plain, ours, lost } = course;
  const exact = lost === 0;
  const known = scenario.knownDifference?.aspects ?? [];
  const found = differences(scenario, plain, ours)
    .filter(({ aspect }) => !known.includes(aspect) && (exact || aspect !== 'executions'))
    .map((it) => `${it.aspect}[${it.at}] ${JSON.stringify(it.ours)} instead of ${JSON.stringify(it.plain)}`);
  if (known.includes('executions')) return [...found, ...repeated(course)];
  return [...found, ...(exact ? miscounted(course) : outOfBounds(course)), ...repeated(course)];
}

function miscounted({ scenario, ours }: Course): string[] {
  const expected = scenario.executionsWhenRetried ?? {};
  return Object.entries(retriedExecutions(scenario, ours))
    .filter(([name, times]) => times !== expected[name])
    .map(([name, times]) => `${name} ran ${times} times instead of ${expected[name]}`);
}

/** Each execution at least as often as in plain LangGraph, and at most once more for each lost attempt. */
function outOfBounds({ scenario, plain, ours, lost }: Course): string[] {
  const { executionsWhenRetried = {} } = scenario;
  const expected = countsOf(plain);
  const actual = countsOf(ours);
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((execution) => {
    const name = execution.split(' ').at(-1) ?? '';
    const once = expected.get(execution) ?? 0;
    const most = once * (1 + lost) + (executionsWhenRetried[name] ?? 0);
    const times = actual.get(execution) ?? 0;
    if (times >= once && times <= most) return [];
    return [`"${execution}" ran ${times} times, with ${lost} lost attempts; plain LangGraph: ${once}`];
  });
}

function countsOf({ observations }: Recording): Map<string, number> {
  const counts = new Map<string, number>();
  for (const execution of observations.flatMap(({ executions }) => executions)) {
    counts.set(execution, (counts.get(execution) ?? 0) + 1);
  }
  return counts;
}

function repeated({ sightings, executions }: Course): string[] {
  const again = sightings.flatMap(({ saved, executed }) =>
    executions.slice(executed).filter(({ taskId }) => saved.has(taskId)),
  );
  return [...new Set(again.map(({ name, taskId }) => `${name} (${taskId}) ran although its result was durable`))];
}
