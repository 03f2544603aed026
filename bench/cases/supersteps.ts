/** What a superstep costs: a long run of a node that does nothing, divided by its supersteps. */
import { randomUUID } from 'node:crypto';
import { interleaved, timed } from '../measure.js';
import { toRow } from '../row.js';
import type { Lab } from '../lab.js';
import type { Case } from './case.js';

const MS = 'ms per superstep';
const PLAIN = "LangGraph, PostgresSaver, 'sync'";
const NOOP = 'Temporal, no-op activity';

interface Load {
  name: string;
  title: string;
  graph: 'tiny' | 'chat';
  steps: number;
  /** Supersteps when each is an activity. */
  steps0: number;
  size: number;
  /** Messages that the thread has before. */
  before: number;
  /** Only the smallest state can be compared with an activity that has none. */
  goal0?: number;
}

const LOADS: Load[] = [
  { name: 'tiny', title: 'two numbers', graph: 'tiny', steps: 300, steps0: 100, size: 0, before: 0, goal0: 1.3 },
  { name: 'growing', title: 'growing by 2 KB', graph: 'chat', steps: 100, steps0: 100, size: 2048, before: 0 },
  { name: 'messages', title: '1,000 messages before', graph: 'chat', steps: 50, steps0: 50, size: 200, before: 1_000 },
];

export const supersteps: Case[] = LOADS.map((load) => ({
  name: load.name,
  samples: 7,
  run: (lab, samples) => compare(load, lab, samples),
}));

async function compare({ title, graph, steps, steps0, size, before, goal0 }: Load, lab: Lab, samples: number) {
  const input = (n: number) => (graph === 'tiny' ? { n: 0, steps: n } : { n: 0, steps: n, size });
  const perStep = async (
    n: number,
    prepare: (threadId: string) => Promise<unknown>,
    run: (threadId: string) => Promise<unknown>,
  ) => {
    const threadId = randomUUID();
    if (before > 0) await prepare(threadId);
    return (await timed(() => run(threadId))) / n;
  };
  const ours = (slicing: 'default' | 'slice: 0', n: number) => () =>
    perStep(
      n,
      (threadId) => lab.ours(graph, history(before, size), { threadId }),
      (threadId) => lab.ours(graph, input(n), { threadId, slicing, limit: n + 10 }),
    );
  const taken = await interleaved(
    {
      plain: () =>
        perStep(
          steps,
          (threadId) => lab.plain(graph, history(before, size), { threadId }),
          (threadId) => lab.plain(graph, input(steps), { threadId, limit: steps + 10 }),
        ),
      slices: ours('default', steps),
      single: ours('slice: 0', steps0),
      noop: async () => (await timed(() => lab.bare.noops(steps0))) / steps0,
    },
    samples,
  );
  return [
    toRow({
      name: `${title}, in slices`,
      unit: MS,
      ours: taken.slices,
      alternative: taken.plain,
      alternativeName: PLAIN,
      goal: { of: 'ratio', atMost: 0.75 },
    }),
    toRow({
      name: `${title}, slice: 0`,
      unit: MS,
      ours: taken.single,
      alternative: taken.noop,
      alternativeName: NOOP,
      ...(goal0 === undefined ? {} : { goal: { of: 'ratio', atMost: goal0 } }),
    }),
  ];
}

/** The input that puts `count` messages into a thread, in one superstep more. */
const history = (count: number, size: number) => ({
  n: 0,
  steps: 0,
  size,
  messages: Array.from({ length: count }, (_, i) => ({
    type: i % 2 === 0 ? 'human' : 'ai',
    id: `h${i}`,
    content: 'x'.repeat(size),
  })),
});
