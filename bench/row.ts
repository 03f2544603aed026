/** What one comparison came to, and how it is shown. */
import { renderTable } from '../src/cli/output.js';
import { median } from './measure.js';

/** What has to hold: of the ratio `ours / alternative`, or of `ours` alone. */
export interface Goal {
  of: 'ratio' | 'ours';
  atLeast?: number;
  atMost?: number;
}

export interface Row {
  name: string;
  unit: string;
  /** Medians. */
  ours: number;
  alternative: number | null;
  alternative_name: string | null;
  /** ours / alternative. Of times and bytes less is better, of runs per second more. */
  ratio: number | null;
  /** As text, such as "ratio <= 0.75". */
  goal?: string;
  goal_met?: boolean;
  samples: number;
}

export interface Comparison {
  name: string;
  unit: string;
  ours: number[];
  alternative?: number[];
  alternativeName?: string;
  goal?: Goal;
}

export function toRow({ name, unit, ours, alternative, alternativeName, goal }: Comparison): Row {
  const mine = median(ours);
  const theirs = alternative ? median(alternative) : null;
  const ratio = theirs === null ? null : mine / theirs;
  return {
    name,
    unit,
    ours: rounded(mine),
    alternative: theirs === null ? null : rounded(theirs),
    alternative_name: alternativeName ?? null,
    ratio: ratio === null ? null : rounded(ratio),
    ...(goal ? { goal: goalText(goal, unit), goal_met: isMet(goal, goal.of === 'ours' ? mine : ratio) } : {}),
    samples: ours.length,
  };
}

export function renderRows(rows: readonly Row[]): string {
  return renderTable(rows, [
    { header: 'what', value: (r) => r.name },
    { header: 'unit', value: (r) => r.unit },
    { header: 'ours', value: (r) => r.ours },
    { header: 'alternative', value: (r) => r.alternative },
    { header: 'which is', value: (r) => r.alternative_name },
    { header: 'ratio', value: (r) => r.ratio },
    { header: 'goal', value: (r) => r.goal },
    { header: 'met', value: (r) => (r.goal_met === undefined ? '' : r.goal_met ? 'yes' : 'no') },
    { header: 'samples', value: (r) => r.samples },
  ]);
}

function goalText({ of, atLeast, atMost }: Goal, unit: string): string {
  const suffix = of === 'ours' ? ` ${unit}` : '';
  if (atLeast !== undefined && atMost !== undefined) return `${of} ${atLeast} to ${atMost}${suffix}`;
  return atLeast === undefined ? `${of} <= ${atMost}${suffix}` : `${of} >= ${atLeast}${suffix}`;
}

function isMet({ atLeast = -Infinity, atMost = Infinity }: Goal, value: number | null): boolean {
  return value !== null && value >= atLeast && value <= atMost;
}

/** Three significant digits: more would only be noise. */
const rounded = (value: number): number => (value >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
