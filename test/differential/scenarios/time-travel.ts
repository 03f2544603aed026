/** Going on from an older checkpoint, as it was or edited. */
import type { Scenario, ScenarioApi } from '../../support/scenario-types.js';
import { askingBuilder } from './interrupts.js';
import { linearBuilder } from './flow.js';
import { statefulSubgraph, subgraph } from './subgraphs.js';

/** The newest or the oldest checkpoint whose next node is `node`. */
async function before(node: string, api: ScenarioApi, which: 'newest' | 'oldest' = 'newest'): Promise<string> {
  const entries = (await api.history()).filter(({ next }) => next[0] === node);
  const entry = which === 'newest' ? entries[0] : entries.at(-1);
  if (!entry) throw new Error(`no checkpoint stands before ${node}`);
  return entry.checkpointId;
}

const fork: Scenario = {
  name: 'fork',
  build: (tools) => linearBuilder(tools).compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: ['1'] });
    await api.invoke(null, { checkpointId: await before('b', api) });
  },
};

const forkAnEdit: Scenario = {
  name: 'fork-an-edit',
  build: fork.build,
  script: async (api) => {
    await api.invoke({ log: ['1'] });
    const checkpointId = await api.edit({ log: ['forked'] }, { checkpointId: await before('b', api) });
    await api.invoke(null, { checkpointId });
  },
};

const forkBeforeQuestion: Scenario = {
  name: 'fork-before-question',
  build: (tools) => askingBuilder(tools).compile(tools.options),
  script: async (api) => {
    await api.invoke({ log: ['1'] });
    await api.answer('one');
    await api.invoke(null, { checkpointId: await before('ask', api) });
    await api.answer('two');
  },
};

const forkBeforeSubgraph: Scenario = {
  name: 'fork-before-subgraph',
  build: subgraph.build,
  script: async (api) => {
    await api.invoke({ log: ['1'] });
    await api.invoke(null, { checkpointId: await before('sub', api) });
  },
};

const forkBeforeStatefulSubgraph: Scenario = {
  name: 'fork-before-stateful-subgraph',
  build: statefulSubgraph.build,
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.invoke(null, { checkpointId: await before('sub', api, 'oldest') });
  },
};

const forkLongBeforeStatefulSubgraph: Scenario = {
  name: 'fork-long-before-stateful-subgraph',
  build: statefulSubgraph.build,
  script: async (api) => {
    await api.invoke({ log: [] });
    await api.invoke(null, { checkpointId: await before('pre', api, 'oldest') });
  },
};

export const timeTravel: Scenario[] = [
  fork,
  forkAnEdit,
  forkBeforeQuestion,
  forkBeforeSubgraph,
  forkBeforeStatefulSubgraph,
  forkLongBeforeStatefulSubgraph,
];
