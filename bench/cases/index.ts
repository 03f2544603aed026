import type { Case } from './case.js';
import { getState } from './get-state.js';
import { oneNode } from './one-node.js';
import { recovery } from './recovery.js';
import { resume } from './resume.js';
import { supersteps } from './supersteps.js';
import { temporalBytes } from './temporal-bytes.js';
import { throughput } from './throughput.js';

export const CASES: readonly Case[] = [...supersteps, oneNode, resume, recovery, throughput, getState, temporalBytes];
