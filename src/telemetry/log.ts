import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

export interface LogSettings {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** One readable line an event instead of JSON. */
  pretty: boolean;
}

/** One line an event, on stderr: stdout belongs to a command's result. Nothing secret and no graph state is ever logged at info. */
export function createLogger(settings: LogSettings): Logger {
  const options = { level: settings.level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!settings.pretty) return pino(options, pino.destination({ fd: 2, sync: true }));
  return pino(
    options,
    pretty({ colorize: process.stderr.isTTY, translateTime: 'SYS:HH:MM:ss.l', destination: 2, sync: true }),
  );
}
