/** The scenarios of the campaign: those of the differential suite that can be told on workers that do not share memory. */
import { SCENARIOS } from '../differential/scenarios/index.js';

export const SLICES_MS = [1000, 0] as const;

/** Names the folder of the side effects to the project. */
export const EFFECTS_VARIABLE = 'HOLDFAST_CERTIFY_EFFECTS';

const REASONS = new Map(
  SCENARIOS.filter(({ needs }) => needs?.store ?? needs?.cache).map(({ name, needs }) => [
    name,
    `its ${needs?.store ? 'store' : 'cache'} lives in one process's memory, with plain LangGraph too`,
  ]),
).set('node-timeout', 'its node is given 60 ms, which a machine under load may not give; test/crash has it');

export const CANDIDATES = SCENARIOS.filter(({ name }) => !REASONS.has(name));

/** Said at the end: nothing is left out in silence. */
export const LEFT_OUT = [...REASONS].map(([name, reason]) => `${name}: ${reason}`);
