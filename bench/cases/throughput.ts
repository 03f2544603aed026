import { interleaved, timed } from '../measure.js';
import { toRow } from '../row.js';
import type { Case } from './case.js';

const RUNS = 200;
const STEPS = 5;

/** Many short runs that are started at the same moment. */
export const throughput: Case = {
  name: 'throughput',
  samples: 5,
  async run(lab, samples) {
    const perSecond = (one: () => Promise<unknown>) => async () =>
      RUNS / ((await timed(() => Promise.all(Array.from({ length: RUNS }, one)))) / 1000);
    const taken = await interleaved(
      {
        ours: perSecond(() => lab.ours('tiny', { n: 0, steps: STEPS })),
        bare: perSecond(() => lab.bare.noops(STEPS)),
      },
      samples,
    );
    return [
      toRow({
        name: `${RUNS} runs of ${STEPS} steps at once`,
        unit: 'runs per second',
        ours: taken.ours,
        alternative: taken.bare,
        alternativeName: `Temporal, workflow of ${STEPS} activities`,
        goal: { of: 'ratio', atLeast: 2 },
      }),
    ];
  },
};
