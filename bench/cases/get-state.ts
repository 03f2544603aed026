import { randomUUID } from 'node:crypto';
import { interleaved, timed } from '../measure.js';
import { toRow } from '../row.js';
import type { Case } from './case.js';

const READS = 50;
const MESSAGES = 20;

/** A thread's newest state, asked for again and again: a chat of twenty messages. */
export const getState: Case = {
  name: 'get-state',
  samples: 20,
  async run(lab, samples) {
    const input = { n: 0, steps: MESSAGES, size: 200 };
    const { threadId } = await lab.ours('chat', input);
    const plainThread = randomUUID();
    await lab.plain('chat', input, { threadId: plainThread });
    const perRead = (read: () => Promise<unknown>) => async () =>
      (await timed(async () => {
        for (let i = 0; i < READS; i++) await read();
      })) / READS;
    const taken = await interleaved(
      {
        ours: perRead(() => lab.client.threads.state(threadId)),
        plain: perRead(() => lab.plainState('chat', plainThread)),
      },
      samples,
      5,
    );
    return [
      toRow({
        name: 'state of a thread, warm',
        unit: 'ms',
        ours: taken.ours,
        alternative: taken.plain,
        alternativeName: 'LangGraph, PostgresSaver, getState',
        goal: { of: 'ours', atMost: 1 },
      }),
    ];
  },
};
