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
}

export interface TokenLedger {
  /** Keeps what a child says of its attempts. */
  hear(workerId: string, message: ToSupervisor): void;
  get(token: string): LedgerEntry | undefined;
  all(): LedgerEntry[];
  /** What one child holds. */
  of(workerId: string): LedgerEntry[];
  /** Takes out what one child holds. */
  drop(workerId: string): LedgerEntry[];
}

export function createLedger(): TokenLedger {
  const entries = new Map<string, LedgerEntry>();
  const of = (workerId: string) => [...entries.values()].filter((entry) => entry.workerId === workerId);
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
      else if (message.t === 'released') entries.delete(message.token);
      else if (message.t === 'adopt') {
        const entry = entries.get(message.token);
        if (entry) entry.adopted = true;
      }
    },
    get: (token) => entries.get(token),
    all: () => [...entries.values()],
    of,
    drop(workerId) {
      const dropped = of(workerId);
      for (const { token } of dropped) entries.delete(token);
      return dropped;
    },
  };
}

/** `node "a" of run 0199…, node "b" of run …`, for logs and failures; empty when nothing is in flight. */
export function nodesInFlight(entries: LedgerEntry[]): string {
  return entries
    .flatMap(({ runId, nodes }) => [...nodes.values()].map((node) => `node "${node}" of run ${runId}`))
    .join(', ');
}
