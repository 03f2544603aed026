/** Runs driven in this process, slice by slice as the workflow drives them, by processes that may die. No Temporal. */
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import type { AgentDefinition } from '../../src/agent/definition.js';
import { runsApi, type RunsApi } from '../../src/client/runs.js';
import type { Pool } from '../../src/db/pool.js';
import { executeSlice, type SliceHost, type SliceResult } from '../../src/runs/execute-slice.js';
import { getRun } from '../../src/runs/read-runs.js';
import type { Run } from '../../src/runs/types.js';
import { startMortalProcess, type CrashPlan, type MortalProcess } from './mortal-pool.js';

export interface CourseDeps {
  /** Never dies. */
  pool: Pool;
  agents: ReadonlyMap<string, AgentDefinition>;
  workerId: string;
  plan: CrashPlan;
  /** Called between a death and the next process. */
  onDeath?(): Promise<void>;
}

export const quietHost = (abort: AbortSignal = new AbortController().signal): SliceHost => ({
  abort,
  cancelled: () => abort.aborted,
  draining: () => false,
  entered: () => undefined,
  left: () => undefined,
  recycle: (reason) => Promise.reject(new Error(reason)),
  foreignWriter: () => undefined,
});

export function startCourse({ pool, agents, workerId, plan, onDeath }: CourseDeps): { runs: RunsApi } {
  const driven = new Map<string, Promise<void>>();
  let current = newWorker();

  function newWorker(): { process: MortalProcess; checkpointer: PostgresCheckpointer } {
    const process = startMortalProcess(pool, plan);
    return { process, checkpointer: new PostgresCheckpointer(process.pool) };
  }

  const attemptSlice = async (request: Parameters<typeof executeSlice>[1]): Promise<SliceResult | undefined> => {
    const { process, checkpointer } = current;
    const deps = { pool: process.pool, checkpointer, agents, workerId };
    const slice = process.run(() => executeSlice(deps, request, quietHost()));
    const result = await Promise.race([slice, process.died]);
    if (process.alive) return result as SliceResult;
    await onDeath?.();
    current = newWorker();
    return undefined;
  };

  const drive = async ({ runId, threadId, agent }: Run, era: number): Promise<void> => {
    let steps = 0;
    for (let seq = 1; ; seq++) {
      let result: SliceResult | undefined;
      for (let attempt = 1; !result; attempt++) {
        result = await attemptSlice({ threadId, runId, agent, steps, phase: { era, seq, attempt } });
      }
      steps += result.steps;
      if (result.next === 'settled') return;
      if (result.next === 'retry') await new Promise((resolve) => setTimeout(resolve, result.delayMs));
    }
  };

  const runs = runsApi({
    pool,
    serde: new PostgresCheckpointer(pool).serde,
    starter: {
      submit: async ({ run, fence }) => {
        driven.set(run.runId, drive(run, fence + 1));
      },
      close: () => Promise.resolve(),
      cancel: () => Promise.resolve(false),
    },
    settled: {
      wait: async (runId) => {
        await driven.get(runId);
        return getRun(pool, runId);
      },
      close: () => Promise.resolve(),
    },
  });
  return { runs };
}
