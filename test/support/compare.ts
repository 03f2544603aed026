import { isDeepStrictEqual } from 'node:util';
import type { HistoryEntry, Observation, Recording } from './scenario-record.js';
import type { Aspect, KnownDifference, Scenario } from './scenario-types.js';

export interface Difference {
  aspect: Aspect;
  /** Where in the sequence; undefined when only the lengths differ. */
  at: number;
  plain: unknown;
  ours: unknown;
}

/** The first difference of each aspect. */
export function differences(scenario: Scenario, plain: Recording, ours: Recording): Difference[] {
  const compared: [Aspect, unknown[], unknown[]][] = [
    ['observations', seen(scenario, plain), seen(scenario, ours)],
    ['history', stored(scenario, plain), stored(scenario, ours)],
    ['executions', executed(scenario, plain), executed(scenario, ours)],
  ];
  return compared.flatMap(([aspect, expected, actual]) => {
    if (isDeepStrictEqual(expected, actual)) return [];
    const length = Math.max(expected.length, actual.length);
    const at = [...Array(length).keys()].findIndex((i) => !isDeepStrictEqual(expected[i], actual[i]));
    return [{ aspect, at, plain: expected[at], ours: actual[at] }];
  });
}

/** The aspects in which a scenario is known to differ in slices of this length. */
export function knownAspects(known: KnownDifference | undefined, sliceMs: number): Aspect[] {
  return known && (known.sliceMs?.includes(sliceMs) ?? true) ? known.aspects : [];
}

function seen(scenario: Scenario, { observations }: Recording): unknown[] {
  return observations.map(({ status, interrupts, error, values }: Observation) => ({
    status,
    interrupts,
    error,
    values: comparable(values, scenario),
  }));
}

function stored(scenario: Scenario, { history }: Recording): unknown[] {
  return history.map(({ source, step, next, values, tasks }: HistoryEntry) => ({
    source,
    step,
    next,
    values: comparable(values, scenario),
    tasks: tasks.map((task) => {
      const { result, ...rest } = task as { result?: unknown };
      return result === undefined ? rest : { ...rest, result: comparable(result, scenario) };
    }),
  }));
}

function executed({ retry, executionsWhenRetried = {} }: Scenario, { observations }: Recording): unknown[] {
  const retried = (execution: string): boolean => retry !== undefined && nameOf(execution) in executionsWhenRetried;
  return observations.map(({ executions, rootSteps }) => ({
    executions: executions.filter((execution) => !retried(execution)),
    rootSteps,
  }));
}

const nameOf = (execution: string): string => execution.split(' ').at(-1) ?? '';

/** How often each name that is retried ran in all. */
export function retriedExecutions(
  { executionsWhenRetried = {} }: Scenario,
  { observations }: Recording,
): Record<string, number> {
  const names = observations.flatMap(({ executions }) => executions.map(nameOf));
  return Object.fromEntries(
    Object.keys(executionsWhenRetried).map((name) => [name, names.filter((other) => other === name).length]),
  );
}

function comparable(values: unknown, { ignoreChannels = [], unorderedChannels = [] }: Scenario): unknown {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return values;
  const kept = Object.entries(values).filter(([channel]) => !ignoreChannels.includes(channel));
  return Object.fromEntries(
    kept.map(([channel, value]) => [channel, unorderedChannels.includes(channel) ? sorted(value) : value]),
  );
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? value.map((x) => JSON.stringify(x)).sort() : value);
