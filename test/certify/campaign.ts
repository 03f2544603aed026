import type { HoldfastClient } from '../../src/client/index.js';
import { renderTrace } from '../../src/cli/trace-view.js';
import type { Pool } from '../../src/db/pool.js';
import { messageOf } from '../../src/errors.js';
import { v7 as uuidv7 } from 'uuid';
import { runPlain } from '../differential/run-plain.js';
import type { Recording } from '../support/scenario-record.js';
import { runOnRuntime } from '../support/scenario-run.js';
import type { Scenario } from '../support/scenario-types.js';
import type { SideEffects } from '../support/side-effects.js';
import { lostAttempts, savedTasks } from './at-work.js';
import { SLICES_MS } from './candidates.js';
import { problemsOf, type Sighting } from './judge.js';
import { isStuck, patientRuns, type ServedMs } from './patient-runs.js';
import type { Random } from './random.js';
import type { Problem, Tally } from './tally.js';

export interface CampaignDeps {
  scenarios: readonly Scenario[];
  client: HoldfastClient;
  pool: Pool;
  effects: SideEffects;
  random: Random;
  tally: Tally;
  servedMs: ServedMs;
  /** For the titles of problems. */
  seed: number;
  report(problem: Problem): void;
}

export interface Campaign {
  /** Scenarios one after the other, in an order of chance, each as often as the others, until `ended`. */
  lane(ended: () => boolean): Promise<void>;
  /** To be told after each kill: notes what was durable by then. */
  sight(): Promise<void>;
  atWork(): number;
}

export function startCampaign(deps: CampaignDeps): Campaign {
  const { scenarios, client, pool, effects, random, tally, seed, servedMs, report } = deps;
  const runs = patientRuns(client.runs, servedMs);
  const sightings = new Map<string, Sighting[]>();
  const oracles = new Map<string, Promise<Recording>>();
  let waiting: { scenario: Scenario; sliceMs: number }[] = [];

  const next = () => {
    if (waiting.length === 0) {
      waiting = random.shuffled(scenarios.flatMap((scenario) => SLICES_MS.map((sliceMs) => ({ scenario, sliceMs }))));
    }
    return waiting.pop()!;
  };
  const plainOf = (scenario: Scenario): Promise<Recording> => {
    const known = oracles.get(scenario.name) ?? runPlain(scenario, effects);
    oracles.set(scenario.name, known);
    return known;
  };

  const course = async (scenario: Scenario, sliceMs: number): Promise<void> => {
    const threadId = uuidv7();
    const plain = await plainOf(scenario);
    const seen: Sighting[] = [];
    let found: Pick<Problem, 'kind' | 'details'> | undefined;
    sightings.set(threadId, seen);
    try {
      const ours = await runOnRuntime(
        scenario,
        sliceMs,
        { runs, checkpointer: client.checkpointer, effects },
        threadId,
      );
      const lost = await lostAttempts(pool, threadId);
      tally.lost += lost;
      const executions = effects.executions(threadId);
      const details = problemsOf({ scenario, plain, ours, lost, executions, sightings: seen });
      if (details.length > 0) found = { kind: 'different', details };
    } catch (e) {
      found = { kind: isStuck(e) ? 'stuck' : 'different', details: [messageOf(e)] };
    } finally {
      sightings.delete(threadId);
    }
    tally.courses++;
    tally.scenarios.add(scenario.name);
    if (!found) {
      tally.passed++;
      return;
    }
    const title = `${scenario.name} (${sliceMs} ms) seed ${seed} thread ${threadId}`;
    const problem = { title, kind: found.kind, details: [...found.details, await traceOf(client, threadId)] };
    tally.problems.push(problem);
    report(problem);
  };

  return {
    async lane(ended) {
      while (!ended()) {
        const { scenario, sliceMs } = next();
        await course(scenario, sliceMs);
      }
    },
    async sight() {
      const saved = await savedTasks(pool, [...sightings.keys()]);
      for (const [threadId, tasks] of saved) {
        sightings.get(threadId)?.push({ saved: tasks, executed: effects.executions(threadId).length });
      }
    },
    atWork: () => sightings.size,
  };
}

/** Every chain of runs of the thread, as `holdfast run trace` shows it. */
async function traceOf({ runs }: HoldfastClient, threadId: string): Promise<string> {
  const heads = (await runs.list({ threadId })).filter(({ runId, chainId }) => runId === chainId);
  const chains = await Promise.all(heads.reverse().map(({ runId }) => runs.trace(runId)));
  return chains.map((trace) => renderTrace(trace, { color: false, width: 0 })).join('\n\n');
}
