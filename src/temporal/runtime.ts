import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from '../telemetry/log.js';

const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/**
 * Sends what Temporal's worker and core say, from warnings up, through our logger, and keeps Temporal from handling signals itself.
 * Once per process and before the first connection: afterwards it changes nothing, as in a process that has its own runtime.
 */
export function installRuntime(log: Logger): void {
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => log[LEVELS[level]]({ ...meta }, message));
  try {
    Runtime.install({
      logger,
      shutdownSignals: [],
      telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    });
  } catch (e) {
    log.debug({ err: e }, 'the Temporal runtime of this process is somebody else’s');
  }
}
