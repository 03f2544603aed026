import type { TraceAttempt, TraceFailure, TraceRun, TraceSuperstep } from '../client/trace-types.js';
import type { Hold } from '../runs/types.js';
import { between, formatMs } from './durations.js';

export type Tone = 'plain' | 'dim' | 'strong' | 'good' | 'bad' | 'waiting';

export interface TraceEvent {
  at: Date;
  depth: number;
  tone: Tone;
  text: string;
}

/** What happened in one run, in the order of time; of equal times the cause comes before the effect. */
export function eventsOf(run: TraceRun, before: TraceRun | undefined, after: TraceRun | undefined): TraceEvent[] {
  const events = [
    submitted(run, before),
    ...run.attempts.map(attemptStarted),
    ...run.supersteps.filter(({ step }) => step >= 0).map(committed),
    ...run.failures.map(failed),
    ...run.attempts.flatMap(lost),
    ...run.holds.flatMap(holdEvents),
    ...settled(run, after),
  ];
  return events
    .map((event, order) => ({ event, order }))
    .sort((a, b) => a.event.at.getTime() - b.event.at.getTime() || a.order - b.order)
    .map(({ event }) => event);
}

function submitted(run: TraceRun, before: TraceRun | undefined): TraceEvent {
  const by = run.initiator === null ? '' : ` by ${run.initiator}`;
  const waited = before?.endedAt ? ` after waiting ${formatMs(between(before.endedAt, run.createdAt))}` : '';
  const texts = {
    input: `submitted${by}`,
    command: `command submitted${by}`,
    continue: `continued${by}`,
    update: `state edited${by}`,
    resume: `answered${by}${waited}`,
  };
  return { at: run.createdAt, depth: 0, tone: 'plain', text: texts[run.kind] };
}

function attemptStarted(attempt: TraceAttempt): TraceEvent {
  const { phase, slice, pid, host } = attempt;
  const again = phase.attempt > 1 ? `, attempt ${phase.attempt}` : '';
  return {
    at: attempt.startedAt,
    depth: 0,
    tone: 'plain',
    text: `slice ${slice}${again}  worker ${pid}${host === null ? '' : ` on ${host}`}`,
  };
}

function committed({ step, tasks, committedAt }: TraceSuperstep): TraceEvent {
  const ran = tasks.length > 0 ? tasks.map(({ node, ms }) => `${node} ${formatMs(ms)}`).join(', ') : 'input';
  return { at: committedAt, depth: 1, tone: 'plain', text: `step ${step}  ${ran}` };
}

function failed(failure: TraceFailure): TraceEvent {
  const { node, try: number, name, message, final, retryable, delayMs } = failure;
  const what = message.startsWith(`${name}:`) ? message : `${name}: ${message}`;
  const then = !final ? `again in ${formatMs(delayMs)}` : retryable ? 'no try left' : 'not worth another try';
  return {
    at: failure.at,
    depth: 1,
    tone: 'bad',
    text: `failed: ${node}, try ${number}, ${firstLine(what)} (${then})`,
  };
}

/** Placed where the process died, or where the work went on when nobody saw it die. */
function lost({ lost, pid, startedAt }: TraceAttempt): TraceEvent[] {
  if (!lost) return [];
  const by = lost.resumedBy === null ? '' : `, resumed by ${lost.resumedBy}`;
  const took = lost.recoveryMs === null ? '' : ` after ${formatMs(lost.recoveryMs)}`;
  const at = lost.diedAt ?? lost.resumedAt ?? startedAt;
  // One ms earlier: rows of the same moment are the next attempt's.
  return [
    {
      at: lost.diedAt ? at : new Date(at.getTime() - 1),
      depth: 0,
      tone: 'bad',
      text: `lost: worker ${pid} died${by}${took}`,
    },
  ];
}

function holdEvents(hold: Hold): TraceEvent[] {
  const held: TraceEvent = {
    at: hold.since,
    depth: 0,
    tone: 'waiting',
    text: `held: ${hold.cause}${hold.node === null ? '' : ` at ${hold.node}`}, ${firstLine(hold.message)}`,
  };
  if (!hold.releasedAt) return [held];
  const by = hold.actor === null ? '' : ` by ${hold.actor}`;
  const why = hold.reason === null ? '' : `: ${hold.reason}`;
  const waited = formatMs(between(hold.since, hold.releasedAt));
  return [
    held,
    { at: hold.releasedAt, depth: 0, tone: 'waiting', text: `${hold.verb ?? 'released'}${by} after ${waited}${why}` },
  ];
}

function settled(run: TraceRun, after: TraceRun | undefined): TraceEvent[] {
  if (!run.endedAt || run.status === 'held' || run.status === 'running' || run.status === 'pending') return [];
  const at = run.endedAt;
  if (run.status === 'success') return [{ at, depth: 0, tone: 'good', text: 'success' }];
  if (run.status === 'interrupted') {
    const asked =
      run.interrupts.map(({ id, node }) => `${node} asks (interrupt ${id})`).join(', ') ||
      `before ${run.waitingAt.join(', ')}`;
    const answer = after ? '' : ', not answered yet';
    return [{ at, depth: 0, tone: 'waiting', text: `interrupted: ${asked}${answer}` }];
  }
  const why = run.error ? `: ${run.error.name}: ${firstLine(run.error.message)}` : '';
  return [{ at, depth: 0, tone: 'bad', text: `${run.status}${why}` }];
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
