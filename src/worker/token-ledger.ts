import type { TakenAttempt, ToSupervisor } from './messages.js';

/** An attempt that some child has taken and not released. */
export interface LedgerEntry extends TakenAttempt {
  workerId: string;
  /** Nodes in flight by task id. */
  nodes: Map<string, string>;
  /** The supervisor heartbeats for it whether or not its child answers. */
  adopted: boolean;
  /** When the supervisor last heartbeated for it; performance.now(). */
  beatAt: number;
  /** When the child released it; performance.now(). Its result is then on its way to the server, not yet there. */
  returnedAt?: number;
}

/** A released attempt is kept this long: a process that dies right after the release may take the result with it. */
const RETURN_MS = 3_000;

export interface TokenLedger {
  /** Keeps what a child says of its attempts. */
  hear(workerId: string, message: ToSupervisor): void;
  get(token: string): LedgerEntry | undefined;
  /** Attempts that run. */
  running(): LedgerEntry[];
  /** Attempts that run in one child. */
  runningIn(workerId: string): LedgerEntry[];
  /** Takes out what one child holds, what it released a moment ago included. */
  drop(workerId: string): LedgerEntry[];
  /** Forgets what was released long enough ago. */
  purge(): void;
}

export function createLedger(): TokenLedger {
  const entries = new Map<string, LedgerEntry>();
  const running = () => [...entries.values()].filter((entry) => entry.returnedAt === undefined);
  const release = (entry: LedgerEntry | undefined) => {
    if (!entry) return;
    entry.returnedAt = performance.now();
    entry.nodes.clear();
  };
  const leave = (token: string, taskIds: string[]) => {
    for (const id of taskIds) entries.get(token)?.nodes.delete(id);
  };
  return {
    hear(workerId, message) {
      if (message.t === 'taken') {
        const { attempt } = message;
        entries.set(attempt.token, { ...attempt, workerId, nodes: new Map(), adopted: false, beatAt: -Infinity });
      } else if (message.t === 'entered') {
        leave(message.token, message.left);
        entries.get(message.token)?.nodes.set(message.taskId, message.node);
      } else if (message.t === 'left') leave(message.token, message.taskIds);
      else if (message.t === 'released') release(entries.get(message.token));
      else if (message.t === 'adopt') {
        const entry = entries.get(message.token);
        if (entry) entry.adopted = true;
      }
    },
    get: (token) => entries.get(token),
    running,
    runningIn: (workerId) => running().filter((entry) => entry.workerId === workerId),
    drop(workerId) {
      const dropped = [...entries.values()].filter((entry) => entry.workerId === workerId);
      for (const { token } of dropped) entries.delete(token);
      return dropped;
    },
    purge() {
      const now = performance.now();
      for (const { token, returnedAt } of entries.values())
        if (returnedAt !== undefined && now - returnedAt > RETURN_MS) entries.delete(token);
    },
  };
}

/** `node "a" of run 0199…, node "b" of run …`, for logs and failures; empty when nothing is in flight. */
export function nodesInFlight(entries: LedgerEntry[]): string {
  return entries
    .flatMap(({ runId, nodes }) => [...nodes.values()].map((node) => `node "${node}" of run ${runId}`))
    .join(', ');
}
