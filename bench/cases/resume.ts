import { randomUUID } from 'node:crypto';
import { epochMs, interleaved } from '../measure.js';
import { toRow } from '../row.js';
import type { Case } from './case.js';

/** From a person's answer to the code that waits for it. */
export const resume: Case = {
  name: 'resume',
  samples: 40,
  async run(lab, samples) {
    const taken = await interleaved(
      {
        async ours() {
          const asking = await lab.ours('question', {});
          const entered = lab.entered(asking.threadId);
          const answeredAt = epochMs();
          const run = await lab.client.runs.resume(asking.runId, 'yes');
          const at = await entered;
          await lab.client.runs.wait(run.runId);
          return at - answeredAt;
        },
        async bare() {
          const id = randomUUID();
          const entered = lab.entered(id);
          const answeredAt = epochMs();
          await lab.bare.answer(id);
          return (await entered) - answeredAt;
        },
      },
      samples,
      5,
    );
    return [
      toRow({
        name: 'answer to node code',
        unit: 'ms',
        ours: taken.ours,
        alternative: taken.bare,
        alternativeName: 'Temporal, update-with-start to activity code',
        goal: { of: 'ratio', atMost: 1.3 },
      }),
    ];
  },
};
