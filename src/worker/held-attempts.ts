import type { Context } from '@temporalio/activity';
import type { ActivityCancellationDetails } from '@temporalio/common';
import type { Control } from '../runs/types.js';
import { AttemptAborted, type AbortCause, type AttemptOf, type HeldAttempt } from './attempt-host.js';

/** What differs between a supervised child and a process on its own. */
export interface AttemptLinks {
  entered(token: string, taskId: string, node: string): void;
  left(token: string, taskId: string): void;
  recycle(token: string, reason: string): Promise<never>;
  released(token: string): void;
  /** SDK core believes that the attempt timed out, because this process sent it no heartbeat in time. */
  timedOutLocally(token: string): void;
}

export interface HeldAttempts {
  hold(context: Context, of: AttemptOf): HeldAttempt;
  control(threadId: string, control: Control): void;
  abort(token: string, why: AbortCause): void;
  /** Every attempt, and any that still comes, is to end at its next commit. */
  drain(): void;
  threads(): string[];
}

interface Entry {
  threadId: string;
  aborter: AbortController;
  drain: boolean;
}

/** The attempts that run in this process, by task token. */
export function holdAttempts(links: AttemptLinks): HeldAttempts {
  const held = new Map<string, Entry>();
  let draining = false;
  const abort = (entry: Entry, why: AbortCause) => entry.aborter.abort(new AttemptAborted(why));

  return {
    hold(context, { threadId }) {
      const token = context.info.base64TaskToken;
      const entry: Entry = { threadId, aborter: new AbortController(), drain: false };
      held.set(token, entry);
      const onCancel = () => {
        const why = causeOf(context.cancellationDetails);
        if (why) abort(entry, why);
        else links.timedOutLocally(token);
      };
      context.cancellationSignal.addEventListener('abort', onCancel, { once: true });
      if (context.cancellationSignal.aborted) onCancel();
      return {
        signal: entry.aborter.signal,
        get draining() {
          return draining || entry.drain;
        },
        nodeEntered: (taskId, node) => links.entered(token, taskId, node),
        nodeLeft: (taskId) => links.left(token, taskId),
        recycle: (reason) => links.recycle(token, reason),
        release() {
          if (held.delete(token)) links.released(token);
          context.cancellationSignal.removeEventListener('abort', onCancel);
        },
      };
    },
    control(threadId, control) {
      for (const entry of held.values()) {
        if (entry.threadId !== threadId) continue;
        entry.drain = control === 'drain';
        if (control === 'abort') abort(entry, 'control');
      }
    },
    abort(token, why) {
      const entry = held.get(token);
      if (entry) abort(entry, why);
    },
    drain() {
      draining = true;
    },
    threads: () => [...new Set([...held.values()].map((entry) => entry.threadId))],
  };
}

/** Undefined for a heartbeat timeout that only core has counted: the server may know better. */
function causeOf(details: ActivityCancellationDetails | undefined): AbortCause | undefined {
  if (details?.workerShutdown) return 'shutdown';
  if (details?.cancelRequested) return 'cancelled';
  if (details?.timedOut) return undefined;
  return 'gone';
}
