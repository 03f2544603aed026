import { SEARCH_ATTRIBUTES } from '../temporal/names.js';

/**
 * A dev server as it comes is slow for one agent: each line says what it cures, measured on 2 cores. A self-hosted cluster has the same
 * limits per shard; `holdfast doctor` measures them and names these keys.
 */
export const DYNAMIC_CONFIG = {
  // A shard reads its queues at most 20 times a second: 102 -> 10 ms per no-op activity step.
  'history.transferProcessorMaxPollRPS': '100000',
  'history.timerProcessorMaxPollRPS': '100000',
  'history.visibilityProcessorMaxPollRPS': '100000',
  // Timers and retries round up to a second: a 10 ms retry 1,004 -> 15 ms.
  'history.timerProcessorMaxTimeShift': '"10ms"',
  // One dispatch in a hundred takes 2 s: a failed forward between partitions holds the task.
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
  // The worker that completes a workflow task takes its activity along: 10.4 -> 9.0 ms.
  'system.enableActivityEagerExecution': 'true',
} as const;

export interface DevServer {
  database: string;
  namespace: string;
  port: number;
  /** Without one there is no UI. */
  uiPort?: number;
  /** Flush each transaction to disk: 2 ms a step more, and nothing is lost when the machine fails. */
  durable: boolean;
}

export function devServerArguments({ database, namespace, port, uiPort, durable }: DevServer): string[] {
  const each = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  return [
    'server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn',
    '--db-filename', database,
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...each('--sqlite-pragma', ['journal_mode=wal', `synchronous=${durable ? 'full' : 'normal'}`]),
    ...each('--dynamic-config-value', Object.entries(DYNAMIC_CONFIG).map(([key, value]) => `${key}=${value}`)),
    ...each('--search-attribute', Object.values(SEARCH_ATTRIBUTES).map((name) => `${name}=Keyword`)),
  ]; // prettier-ignore
}

/** The ports of a dev server, read from its command line. */
export function portsOf(args: readonly string[]): { port?: number; uiPort?: number } {
  const after = (flag: string) => {
    const value = args[args.indexOf(flag) + 1];
    return args.includes(flag) && value ? Number(value) : undefined;
  };
  return { port: after('--port'), uiPort: after('--ui-port') };
}
