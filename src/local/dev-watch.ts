import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import type { Logger } from '../telemetry/log.js';
import { isAlive } from './process-table.js';
import type { LocalStack } from './stack.js';

export interface WatchOptions {
  stack: LocalStack;
  log: Logger;
  /** Brings up whatever does not run. */
  start(): Promise<LocalStack>;
  /** A server was started again; `moved`: at another address. */
  onRestarted(stack: LocalStack, moved: boolean): void;
  signal: AbortSignal;
}

const LOOK_EVERY_MS = 200;
const LAST_RETRY_MS = 15_000;

/** Starts PostgreSQL and Temporal again when one dies, with backoff, until `signal`. Never throws. */
export async function watchServers({ stack, log, start, onRestarted, signal }: WatchOptions): Promise<void> {
  let now = stack;
  let retryMs = LOOK_EVERY_MS;
  for (;;) {
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const dead = deadServers(now);
    if (dead.length === 0) continue;
    log.warn({ servers: dead }, `${dead.join(' and ')} died; starting it again`);
    try {
      const next = await start();
      const moved = next.databaseUrl !== now.databaseUrl || next.temporalAddress !== now.temporalAddress;
      now = next;
      retryMs = LOOK_EVERY_MS;
      onRestarted(next, moved);
    } catch (e) {
      retryMs = Math.min(Math.max(retryMs, 500) * 2, LAST_RETRY_MS);
      log.error({ servers: dead, retryMs }, `${dead.join(' and ')} could not be started: ${messageOf(e)}`);
    }
  }
}

function deadServers({ postgres, temporal }: LocalStack): string[] {
  return [
    ...(postgres && !isAlive(postgres.pid) ? ['PostgreSQL'] : []),
    ...(temporal && !isAlive(temporal.pid) ? ['Temporal'] : []),
  ];
}
