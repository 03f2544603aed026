import { interleaved, timed } from '../measure.js';
import { toRow } from '../row.js';
import type { Case } from './case.js';

/** The shortest run there is, from its start to its result in the hands of who started it. */
export const oneNode: Case = {
  name: 'one-node',
  samples: 60,
  async run(lab, samples) {
    const taken = await interleaved(
      {
        ours: () => timed(() => lab.ours('tiny', { n: 0, steps: 1 })),
        noop: () => timed(() => lab.bare.noops(1)),
      },
      samples,
      5,
    );
    return [
      toRow({
        name: 'run of one node, start to result',
        unit: 'ms',
        ours: taken.ours,
        alternative: taken.noop,
        alternativeName: 'Temporal, workflow of one activity',
        goal: { of: 'ratio', atMost: 1.3 },
      }),
    ];
  },
};
