import { CommanderError } from 'commander';
import { ERROR_CODES } from '../error-codes.js';
import { isHoldfastError, messageOf } from '../errors.js';
import type { RunStatus } from '../runs/types.js';

/** What the shell sees. */
export const EXIT = {
  ok: 0,
  other: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  denied: 5,
  runFailed: 6,
  timeout: 7,
  runWaits: 8,
} as const;

/** The exit code of a command that waited for a run, by how the run settled. */
export function exitCodeOfStatus(status: RunStatus): number {
  switch (status) {
    case 'success':
      return EXIT.ok;
    case 'error':
    case 'cancelled':
    case 'timeout':
      return EXIT.runFailed;
    case 'interrupted':
    case 'held':
    case 'paused':
      return EXIT.runWaits;
    case 'pending':
    case 'running':
      return EXIT.timeout;
  }
}

/** An error as the command line reports it. */
export interface ErrorReport {
  code: string;
  message: string;
  next?: string;
  details?: Record<string, unknown>;
  exitCode: number;
}

/** `undefined` when commander ended the command on purpose: help or the version was printed. */
export function reportOf(error: unknown): ErrorReport | undefined {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return undefined;
    const message = error.message.replace(/^error: /, '').replace('(outputHelp)', 'a command is missing');
    return { code: 'USAGE', message, next: 'see --help', exitCode: EXIT.usage };
  }
  if (isHoldfastError(error)) {
    const details = Object.keys(error.details).length > 0 ? { details: error.details } : {};
    return {
      code: error.code,
      message: messageOf(error),
      next: error.next,
      ...details,
      exitCode: ERROR_CODES[error.code],
    };
  }
  return {
    code: 'INTERNAL',
    message: messageOf(error),
    next: 'this is a defect of Holdfast: run again with --log debug for the stack and report it',
    exitCode: EXIT.other,
  };
}
