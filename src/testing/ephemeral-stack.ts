import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalStack, stopLocalStack } from '../local/stack.js';
import { claimStack, removeAbandonedStacks, STACK_PREFIX } from './abandoned-stacks.js';
import { createLogger, type Logger } from '../telemetry/log.js';

export interface EphemeralStackOptions {
  log?: Logger;
  /** Flush to disk as `holdfast dev` does; needed to measure, not to test. Default false. */
  durable?: boolean;
}

export interface EphemeralStack {
  databaseUrl: string;
  /** host:port */
  temporalAddress: string;
  namespace: string;
  /** The folder of its data, gone after `stop`. */
  dir: string;
  /** For tests that kill them. */
  pids: { postgres: number; temporal: number };
  /** Ends both servers and removes their data. */
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL and a real, tuned Temporal server in a temporary folder, for tests: 1 s to start. Both survive kill -9 of
 * themselves and of the caller; call `stop` whatever happens. What a killed caller left is removed by a start an hour later.
 */
export async function startEphemeralStack(options: EphemeralStackOptions = {}): Promise<EphemeralStack> {
  const { log = createLogger({ level: 'warn', pretty: false }), durable = false } = options;
  await removeAbandonedStacks(tmpdir(), log);
  const dir = mkdtempSync(join(tmpdir(), STACK_PREFIX));
  claimStack(dir);
  const stop = async () => {
    await stopLocalStack(dir, 0);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const stack = await startLocalStack({ dir, log, ephemeral: !durable });
    const { databaseUrl, temporalAddress, namespace } = stack;
    return {
      databaseUrl,
      temporalAddress,
      namespace,
      dir,
      pids: { postgres: stack.postgres!.pid, temporal: stack.temporal!.pid },
      stop,
    };
  } catch (e) {
    await stop();
    throw e;
  }
}
