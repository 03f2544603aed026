import type { Logger } from '../telemetry/log.js';
import type { WorkerChild } from './child-process.js';
import type { Crew } from './crew.js';
import type { TokenLedger } from './token-ledger.js';

export interface RecyclingDeps {
  crew: Crew;
  ledger: TokenLedger;
  log: Logger;
  /** How long the child's other slices have to commit. */
  drainMs: number;
}

/**
 * Ends a child because abandoned node code goes on in it: another child takes its place, its other slices end at their next commit,
 * and it is killed, which fails what it still holds (S2).
 */
export function createRecycling({ crew, ledger, log, drainMs }: RecyclingDeps) {
  /** Attempts whose code does not end: nobody waits for them. */
  const abandoned = new Set<string>();

  return async (child: WorkerChild, token: string, reason: string): Promise<void> => {
    abandoned.add(token);
    if (child.state === 'leaving') return;
    log.warn({ pid: child.pid, reason }, 'replacing a worker whose node code does not end');
    crew.retire(child);
    child.send({ t: 'drain' });
    const othersRun = () => ledger.runningIn(child.workerId).some((entry) => !abandoned.has(entry.token));
    for (const end = performance.now() + drainMs; othersRun() && performance.now() < end;)
      await new Promise((r) => setTimeout(r, 20));
    const held = ledger.runningIn(child.workerId);
    child.kill(`was replaced: ${reason}`);
    for (const entry of held) abandoned.delete(entry.token);
  };
}
