import type { Kill } from './kills.js';
import type { Judgement } from './judge.js';
import { median } from './recovery.js';
import type { ShopRecords } from './shop-records.js';
import type { Ticket } from './serve.js';

export interface Outcome {
  tickets: readonly Ticket[];
  kills: readonly Kill[];
  records: ShopRecords;
  judgement: Judgement;
  recoveryMs: readonly number[];
  outages: readonly { victim: string; ms: number | undefined }[];
}

/** The figures of `--json`. */
export interface Figures {
  requests: number;
  completed: number;
  /** SIGKILLs of workers inside a node; with --kill all, of the other parts too. */
  kills: number;
  duplicate_writes: number;
  lost_writes: number;
  unexpected_writes: number;
  /** Calls that reached the shop a second time after a crash, and were applied once. */
  repeated_calls: number;
  /** From each worker's death to the next node code of each run that it was running. */
  recovery_ms: number[];
  outages: { what: string; ms: number | null }[];
}

export function figuresOf({ tickets, kills, records, judgement, recoveryMs, outages }: Outcome): Figures {
  return {
    requests: tickets.length,
    completed: tickets.filter((t) => t.state === 'done').length,
    kills: kills.length,
    duplicate_writes: judgement.duplicates.length,
    lost_writes: judgement.lost.length,
    unexpected_writes: judgement.unexpected.length,
    repeated_calls: records.repeated,
    recovery_ms: [...recoveryMs],
    outages: outages.map(({ victim, ms }) => ({ what: victim, ms: ms ?? null })),
  };
}

/** What is not as it has to be; nothing, if all is well. */
export function complaintsOf(outcome: Outcome, leastKills: number): string[] {
  const { tickets, kills, judgement } = outcome;
  const describe = ({ name, args }: { name: string; args: object }) => `${name} ${JSON.stringify(args)}`;
  return [
    ...tickets
      .filter((t) => t.state !== 'done')
      .map((t) => `request ${t.number} was not done: ${t.why ?? `it is ${t.state}`} (thread ${t.threadId})`),
    ...judgement.duplicates.map((write) => `applied once too often: ${describe(write)}`),
    ...judgement.lost.map((write) => `lost: ${describe(write)}`),
    ...judgement.unexpected.map((write) => `nobody asked for: ${describe(write)}`),
    ...(kills.length < leastKills ? [`only ${kills.length} of ${leastKills} kills found their moment`] : []),
    ...(outcome.recoveryMs.length === 0 ? ['no run was seen to recover'] : []),
  ];
}

export function verdictOf(outcome: Outcome): string {
  const { tickets, kills, records, judgement, recoveryMs, outages } = outcome;
  const done = tickets.filter((t) => t.state === 'done').length;
  const workers = kills.filter((k) => k.victim === 'worker').length;
  const again =
    records.repeated > 0 ? `; ${records.repeated} came a second time after a crash and changed nothing` : '';
  const rows: [string, string][] = [
    ['requests done', `${done} of ${tickets.length}`],
    ['workers killed', `${workers}, each with SIGKILL inside a node`],
    ...outages.map(({ victim, ms }): [string, string] => [
      `${victim} killed`,
      ms === undefined ? 'and no work was taken up since' : `work was taken up again after ${seconds(ms)}`,
    ]),
    ['writes', `${records.applied.length} in the shop's ledger, ${records.calls} calls for them arrived${again}`],
    ['duplicate writes', String(judgement.duplicates.length)],
    ['lost writes', String(judgement.lost.length)],
    ['recovery', recovery(recoveryMs)],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(20)}${value}`).join('\n');
}

function recovery(ms: readonly number[]): string {
  if (ms.length === 0) return 'none seen';
  const figures = `median ${Math.round(median(ms))} ms, at most ${Math.round(Math.max(...ms))} ms`;
  return `${figures}, from a worker's death to the next node code of each run it had (${ms.length})`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
