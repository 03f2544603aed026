import type { HoldfastClient } from '../client/index.js';
import type { Trace } from '../client/trace-types.js';
import { renderTrace } from '../cli/trace-view.js';
import type { Kill } from './kills.js';
import type { Ticket } from './serve.js';

export interface Timeline {
  ticket: Ticket;
  text: string;
}

/** The most telling run: one that lost an attempt to a kill, best one that a person was asked about as well. */
export async function tellingTimeline(
  client: HoldfastClient,
  kills: readonly Kill[],
  tickets: readonly Ticket[],
  style: { color: boolean; width: number },
): Promise<Timeline | undefined> {
  const traces = new Map<Ticket, Trace>();
  for (const runId of kills.flatMap((kill) => kill.runIds)) {
    const trace = await client.runs.trace(runId);
    const ticket = tickets.find((t) => t.threadId === trace.runs[0]?.threadId);
    if (ticket) traces.set(ticket, trace);
  }
  const best = [...traces].toSorted(([, a], [, b]) => worth(b) - worth(a))[0];
  return best && { ticket: best[0], text: renderTrace(best[1], style) };
}

function worth({ runs }: Trace): number {
  const lost = runs.flatMap((run) => run.attempts).filter((attempt) => attempt.lost).length;
  return lost * 2 + runs.length;
}
