import { startCampaign } from './campaign.js';
import { CANDIDATES, LEFT_OUT } from './candidates.js';
import { killAtRandom } from './killer.js';
import { workflowsLeftOpen } from './left-open.js';
import type { Options } from './options.js';
import { createRandom } from './random.js';
import { inSetting } from './setting.js';
import { Tally, type Problem } from './tally.js';

const PROGRESS_MS = 10_000;

/** Runs the campaign and says how it goes; false when something was not as it should be. */
export async function certify(options: Options, signal: AbortSignal, say: (line: string) => void): Promise<boolean> {
  const { seed, kills, only, atOnce } = options;
  const scenarios = CANDIDATES.filter(({ name }) => only.length === 0 || only.includes(name));
  if (scenarios.length === 0) throw new Error(`there is no scenario ${only.join(', ')}`);
  say(`seed ${seed}: ${kills} kills, ${scenarios.length} scenarios, ${options.workers} workers`);
  const report = ({ kind, title, details }: Problem): void =>
    say(`\n${kind.toUpperCase()}: ${title}\n${details.join('\n')}\n`);

  return inSetting(options.workers, signal, async ({ pool, client, temporal, workers, effects }) => {
    const tally = new Tally();
    const random = createRandom(seed);
    const campaign = startCampaign({
      servedMs: workers.servedMs,
      scenarios,
      client,
      pool,
      effects,
      random,
      tally,
      seed,
      report,
    });
    const progress = setInterval(() => say(tally.progress(campaign.atWork())), PROGRESS_MS);
    let over = false;
    const killed = async (what: string): Promise<void> => {
      tally.killed(what);
      await campaign.sight();
    };
    try {
      const killing = killAtRandom({ kills, pool, workers, random: createRandom(seed + 1), signal, killed });
      const lanes = Array.from({ length: atOnce }, () => campaign.lane(() => over));
      await Promise.race([Promise.all([killing.finally(() => (over = true)), ...lanes]), aborted(signal)]);
    } finally {
      clearInterval(progress);
    }
    const open = (await workflowsLeftOpen(temporal)).map((id) => `still open in Temporal: ${id}`);
    const others = [...workers.ended(), ...open];
    for (const line of tally.summary(LEFT_OUT, others)) say(line);
    return tally.problems.length === 0 && others.length === 0;
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
