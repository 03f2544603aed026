/** A worker child that runs the probe instead of a project; `init.config` is the path of the probe's workflow bundle. */
import { runChild } from '../../../src/worker/child.js';
import { HoldfastError } from '../../../src/errors.js';
import { probeActivities } from './activities.js';

await runChild((init, { host }) => {
  if (init.config === 'broken') throw new HoldfastError('GRAPH_LOAD_FAILED', 'cannot load ./graph.ts: no such export');
  if (init.config === 'exits') process.exit(3);
  const agent = {
    name: 'probe',
    version: '1',
    owner: null,
    taskQueue: init.taskQueue,
    topologyHash: 'h',
    definition: {},
  };
  return Promise.resolve({ agents: [agent], activities: probeActivities(host), bundlePath: init.config });
});
