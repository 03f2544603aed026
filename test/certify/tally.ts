/** What the campaign counts, and says. */
export interface Problem {
  kind: 'different' | 'stuck';
  /** Which scenario in which slices, with the campaign's seed. */
  title: string;
  details: string[];
}

export class Tally {
  readonly kills = new Map<string, number>();
  readonly scenarios = new Set<string>();
  readonly problems: Problem[] = [];
  courses = 0;
  passed = 0;
  lost = 0;
  readonly #began = performance.now();

  killed(what: string): void {
    this.kills.set(what, (this.kills.get(what) ?? 0) + 1);
  }

  get allKills(): number {
    return [...this.kills.values()].reduce((a, b) => a + b, 0);
  }

  count(kind: Problem['kind']): number {
    return this.problems.filter((problem) => problem.kind === kind).length;
  }

  progress(atWork: number): string {
    const s = Math.round((performance.now() - this.#began) / 1000);
    return (
      `${s} s: ${this.allKills} kills, ${this.courses} courses done, ${atWork} going on, ` +
      `${this.lost} attempts lost, ${this.count('different')} different, ${this.count('stuck')} stuck`
    );
  }

  /** `others`: what went wrong beside the courses. */
  summary(leftOut: readonly string[], others: readonly string[]): string[] {
    const kinds = [...this.kills].map(([what, n]) => `${n} ${what}`).join(', ');
    return [
      `scenarios: ${this.scenarios.size}, run ${this.courses} times`,
      `kills: ${this.allKills}${kinds && ` (${kinds})`}; attempts lost: ${this.lost}`,
      `differences: ${this.count('different')}`,
      ...this.titles('different'),
      `stuck: ${this.count('stuck')}`,
      ...this.titles('stuck'),
      ...others,
      ...leftOut.map((what) => `left out: ${what}`),
      `${this.passed} passed, ${this.courses - this.passed + others.length} failed`,
    ];
  }

  private titles(kind: Problem['kind']): string[] {
    return this.problems.filter((problem) => problem.kind === kind).map(({ title }) => `  ${title}`);
  }
}
