import type { Trace, TraceRun } from '../client/trace-types.js';
import type { RunStatus } from '../runs/types.js';
import { between, formatMs } from './durations.js';
import { eventsOf, type Tone, type TraceEvent } from './trace-events.js';

export interface TraceViewOptions {
  color: boolean;
  /** Columns; longer lines are cut. 0: never. */
  width: number;
}

/** A chain of runs as one timeline across crashes, holds and answers. Times at the left count from the chain's beginning. */
export function renderTrace(trace: Trace, { color, width }: TraceViewOptions): string {
  const paint = color ? painted : (_tone: Tone, text: string) => text;
  const start = trace.runs[0]?.createdAt;
  if (!start) return 'nothing happened yet';
  const lines: string[] = [];
  const cut = (text: string) => (width > 0 && text.length > width ? `${text.slice(0, width - 1)}…` : text);
  const add = (event: TraceEvent) => {
    const stamp = `+${(between(start, event.at) / 1000).toFixed(3)}`.padStart(10);
    const text = cut(`${stamp}  ${'  '.repeat(event.depth)}${event.text}`);
    lines.push(`${paint('dim', text.slice(0, 10))}${paint(event.tone, text.slice(10))}`);
  };
  trace.runs.forEach((run, index) => {
    if (index > 0) lines.push('');
    lines.push(paint('strong', cut(headerOf(run))));
    eventsOf(run, trace.runs[index - 1], trace.runs[index + 1]).forEach(add);
  });
  lines.push('', paint('strong', cut(totalsOf(trace, start))));
  return lines.join('\n');
}

function headerOf(run: TraceRun): string {
  const version = run.agentVersion === null ? '' : ` ${run.agentVersion}`;
  return `run ${run.runId}  ${run.agent}${version}  ${run.status}  thread ${run.threadId}`;
}

function totalsOf({ runs }: Trace, start: Date): string {
  const attempts = runs.flatMap((run) => run.attempts);
  const lost = attempts.filter((attempt) => attempt.lost).length;
  const failures = runs.reduce((n, run) => n + run.failures.length, 0);
  const end = runs.at(-1)?.endedAt;
  const waited = waitedMs(runs);
  const parts = [
    count(runs.length, 'run'),
    count(
      runs.reduce((n, run) => n + run.supersteps.filter((s) => s.step > 0).length, 0),
      'superstep',
    ),
    `${count(attempts.length, 'attempt')}${lost > 0 ? ` (${lost} lost)` : ''}`,
    ...(failures > 0 ? [`${failures} failed ${failures === 1 ? 'try' : 'tries'}`] : []),
    ...(end ? [`${formatMs(between(start, end))} in all`] : []),
    ...(waited > 0 ? [`${formatMs(waited)} of it waiting for people`] : []),
  ];
  return `${statusWord(runs.at(-1)?.status)}: ${parts.join(', ')}`;
}

/** Time between a question and its answer, and in holds that somebody released. */
function waitedMs(runs: TraceRun[]): number {
  let ms = 0;
  runs.forEach((run, index) => {
    const next = runs[index + 1];
    if (next && run.endedAt && run.status === 'interrupted') ms += between(run.endedAt, next.createdAt);
    for (const hold of run.holds) if (hold.releasedAt) ms += between(hold.since, hold.releasedAt);
  });
  return ms;
}

const statusWord = (status: RunStatus | undefined) => status ?? 'pending';
const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

const CODES: Record<Tone, string> = { plain: '', dim: '2', strong: '1', good: '32', bad: '31', waiting: '33' };
const painted = (tone: Tone, text: string) => (CODES[tone] && text ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text);
