import { deltaChannelHistoryTests, validate } from '@langchain/langgraph-checkpoint-validation';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import { openLab, type Lab } from '../support/checkpoint-lab.js';

/** LangGraph's own suite for checkpointers, whole, with the one part of it that has to be asked for. */
let lab: Lab | undefined;
const initializer = {
  checkpointerName: 'PostgresCheckpointer',
  async createCheckpointer() {
    lab ??= await openLab();
    return new PostgresCheckpointer(lab.pool);
  },
  async destroyCheckpointer() {
    await lab!.pool.query('TRUNCATE public.checkpoints, public.checkpoint_blobs, public.checkpoint_writes');
  },
  async afterAll() {
    await lab?.close();
  },
};

// The suite expects a runner that makes its functions global.
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
validate(initializer);
deltaChannelHistoryTests(initializer);
