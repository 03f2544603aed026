import type { Scenario } from '../../support/scenario-types.js';
import { agents } from './agents.js';
import { failures } from './failures.js';
import { flow } from './flow.js';
import { functional } from './functional.js';
import { interrupts } from './interrupts.js';
import { sends } from './sends.js';
import { state } from './state.js';
import { subgraphs } from './subgraphs.js';
import { timeTravel } from './time-travel.js';

export const SCENARIOS: readonly Scenario[] = [
  ...flow,
  ...sends,
  ...interrupts,
  ...subgraphs,
  ...failures,
  ...state,
  ...functional,
  ...agents,
  ...timeTravel,
];
