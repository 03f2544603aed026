import { HoldfastError } from '../errors.js';
import { ERROR_CODES, type ErrorCode } from '../error-codes.js';
import type { ChildExit } from './child-process.js';
import type { ChildError } from './messages.js';

export interface RestartPolicyOptions {
  firstDelayMs: number;
  maxDelayMs: number;
  /** Deaths in a row at start after which nothing is tried any more. */
  maxStartFailures: number;
}

export interface Death {
  /** It had become ready before. */
  wasReady: boolean;
  livedMs: number;
  exit: ChildExit;
  /** What it said before it ended. */
  error?: ChildError;
}

/** Wait so long, then fork another; or give up with the cause. */
export type Verdict = { again: number } | { giveUp: HoldfastError };

/** What a later try may find mended; everything else lies in the project and stays as it is. */
const PASSING: ReadonlySet<string> = new Set<ErrorCode>(['TEMPORAL_UNREACHABLE', 'POSTGRES_UNREACHABLE']);
/** A child that worked this long was well. */
const STEADY_MS = 10_000;

export interface RestartPolicy {
  /** A child takes work: what could not be had before can be had. */
  ready(): void;
  afterDeath(death: Death): Verdict;
}

/** Decides after each death; one policy for all children of a supervisor, since they run the same project. */
export function createRestartPolicy(options: RestartPolicyOptions): RestartPolicy {
  let everReady = false;
  let startFailures = 0;
  let quickDeaths = 0;
  const delay = (n: number) => ({ again: Math.min(options.firstDelayMs * 2 ** (n - 1), options.maxDelayMs) });

  return {
    ready() {
      everReady = true;
      startFailures = 0;
    },
    afterDeath(death) {
      if (death.wasReady) {
        quickDeaths = death.livedMs < STEADY_MS ? quickDeaths + 1 : 0;
        return quickDeaths < 2 ? { again: 0 } : delay(quickDeaths - 1);
      }
      startFailures++;
      const passing = death.error !== undefined && PASSING.has(death.error.code);
      if (passing && everReady) return delay(startFailures);
      // What says clearly why it cannot start says it again next time.
      const certain = death.error !== undefined && !everReady;
      if (certain || startFailures >= options.maxStartFailures) return { giveUp: causeOf(death, startFailures) };
      return delay(startFailures);
    },
  };
}

function causeOf({ error, exit }: Death, times: number): HoldfastError {
  if (error) {
    const code = error.code in ERROR_CODES ? (error.code as ErrorCode) : 'INTERNAL';
    return new HoldfastError(code, error.message, { next: error.next });
  }
  const how = exit.signal ? `by ${exit.signal}` : `with exit code ${exit.code}`;
  return new HoldfastError(
    'GRAPH_LOAD_FAILED',
    `the worker process ended ${how} while it loaded the project, ${times} times in a row`,
    {
      next: 'Its own output is above; a module of the project probably ends the process when it is imported.',
    },
  );
}
