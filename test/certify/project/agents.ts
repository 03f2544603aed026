/** The project that the workers serve: each scenario as an agent, in long slices and in slices of one superstep. */
import { env } from 'node:process';
import { scenarioAgent } from '../../support/scenario-run.js';
import { createSideEffects, type SideEffects } from '../../support/side-effects.js';
import { CANDIDATES, EFFECTS_VARIABLE, SLICES_MS } from '../candidates.js';

/** Code takes a moment after its side effect, so that kills also fall between the two. Longest, in ms; blocks as real work does. */
const WORK_MS = 12;

function toiling(effects: SideEffects): SideEffects {
  const never = new Int32Array(new SharedArrayBuffer(4));
  return {
    ...effects,
    ran(name) {
      effects.ran(name);
      Atomics.wait(never, 0, 0, Math.random() * WORK_MS);
    },
  };
}

const effects = toiling(createSideEffects(env[EFFECTS_VARIABLE] ?? '.'));

/** langgraph.json names them as it names the exports of a CommonJS module. */
export default Object.fromEntries(
  CANDIDATES.flatMap((scenario) => SLICES_MS.map((sliceMs) => scenarioAgent(scenario, sliceMs, effects))).map(
    (agent) => [agent.name, agent],
  ),
);
