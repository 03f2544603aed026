import { randomUUID } from 'node:crypto';
import { HoldfastError } from '../errors.js';
import type { Logger } from '../telemetry/log.js';
import { connectTemporal, type TemporalConnection, type TemporalSettings } from '../temporal/connection.js';
import { ACTIVITIES, SEARCH_ATTRIBUTES, WORKFLOWS } from '../temporal/names.js';
import { connectNative } from '../temporal/native-connection.js';
import { installRuntime } from '../temporal/runtime.js';
import { createActivityWorker } from '../worker/create-worker.js';
import type { ProbeInput, ProbeResult } from '../../workflows/doctor-probe.js';
import { check, skipped, timing, type Check } from './doctor-checks.js';

/** Two to three times what a tuned server on an idle laptop takes. */
const GOOD = { stepMs: 30, timerMs: 60, tailMs: 500 };
const TIMER_MS = 10;
/** The first look: enough to see a server as it comes (100 ms a step, 1 s a timer) without waiting long for it. */
const SHORT: ProbeInput = { steps: 20, timers: 3, timerMs: TIMER_MS, rounds: 0, width: 0 };
/** One dispatch in a hundred stalls when it does: 400 show it nearly always. */
const LONG: ProbeInput = { steps: 0, timers: 0, timerMs: TIMER_MS, rounds: 20, width: 20 };
const PROBE_WITHIN_MS = 60_000;

const TUNE = 'on a server of your own set in its dynamic config (docs/operating): ';
const FIXES = {
  step: `${TUNE}history.transferProcessorMaxPollRPS=100000, history.timerProcessorMaxPollRPS=100000, history.visibilityProcessorMaxPollRPS=100000, system.enableActivityEagerExecution=true`,
  timer: `${TUNE}history.timerProcessorMaxTimeShift=10ms`,
  tail: `${TUNE}matching.numTaskqueueReadPartitions=1, matching.numTaskqueueWritePartitions=1`,
};

/** Temporal: reachable, namespace, search attributes, and how fast it takes a run along. */
export async function checkTemporalServer(settings: TemporalSettings, log: Logger): Promise<Check[]> {
  let connection: TemporalConnection | undefined;
  const { address, namespace } = settings;
  const reachable = await check('temporal', async () => {
    connection = await connectTemporal(settings);
    const { serverVersion } = await connection.connection.workflowService.getSystemInfo({});
    return `Temporal ${serverVersion} at ${address}`;
  });
  const later = ['no-op step', 'short timer', 'dispatch tail'];
  if (!connection) {
    return [
      reachable,
      ...['namespace', 'search attributes', ...later].map((name) => skipped(name, 'no Temporal server')),
    ];
  }
  try {
    const open = connection;
    const inNamespace = await check('namespace', () => checkNamespace(open, namespace));
    if (inNamespace.status === 'failed') {
      return [reachable, inNamespace, ...['search attributes', ...later].map((name) => skipped(name, 'no namespace'))];
    }
    return [
      reachable,
      inNamespace,
      await check('search attributes', () => checkSearchAttributes(open, namespace)),
      ...(await checkLatency(settings, open, log)),
    ];
  } finally {
    await connection.close();
  }
}

async function checkNamespace({ connection }: TemporalConnection, namespace: string): Promise<string> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return namespace;
  } catch (cause) {
    throw new HoldfastError('TEMPORAL_UNREACHABLE', `there is no namespace "${namespace}"`, {
      next: `make it: temporal operator namespace create --namespace ${namespace}`,
      cause,
    });
  }
}

async function checkSearchAttributes({ connection }: TemporalConnection, namespace: string): Promise<string> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const names = Object.values(SEARCH_ATTRIBUTES);
  const missing = names.filter((name) => !(name in customAttributes));
  if (missing.length === 0) return names.join(', ');
  const commands = missing.map((name) => `--name ${name} --type Keyword`).join(' ');
  throw new HoldfastError('TEMPORAL_UNREACHABLE', `${missing.join(', ')} missing`, {
    next: `temporal operator search-attribute create --namespace ${namespace} ${commands}`,
  });
}

/** With a worker of our own on a queue of its own: the server is measured, not anybody's agents. */
async function checkLatency(settings: TemporalSettings, { client }: TemporalConnection, log: Logger): Promise<Check[]> {
  installRuntime(log);
  const native = await connectNative(settings);
  const taskQueue = `holdfast-doctor-${randomUUID()}`;
  try {
    const worker = await createActivityWorker({
      connection: native,
      namespace: settings.namespace,
      taskQueue,
      activities: { [ACTIVITIES.noop]: () => Promise.resolve() },
    });
    const probe = (input: ProbeInput): Promise<ProbeResult> =>
      client.workflow.execute(WORKFLOWS.doctorProbe, {
        taskQueue,
        workflowId: `holdfast-doctor-${randomUUID()}`,
        args: [input],
        workflowExecutionTimeout: PROBE_WITHIN_MS,
      });
    return await worker.runUntil(async () => {
      const short = await probe(SHORT);
      const { rounds } = await probe(LONG);
      return latencyChecks(short, rounds);
    });
  } finally {
    await native.close();
  }
}

function latencyChecks({ steps, timers }: ProbeResult, rounds: number[]): Check[] {
  // The first of each pays for what is made once.
  const [step, timer, worst] = [median(steps.slice(1)), median(timers), Math.max(...rounds.slice(1))];
  const dispatches = LONG.rounds * LONG.width;
  return [
    { name: 'no-op step', ...timing(step, GOOD.stepMs, `${step} ms for a no-op activity step`, FIXES.step) },
    { name: 'short timer', ...timing(timer, GOOD.timerMs, `${timer} ms for a timer of ${TIMER_MS} ms`, FIXES.timer) },
    {
      name: 'dispatch tail',
      ...timing(
        worst,
        GOOD.tailMs,
        `${worst} ms for the slowest of ${dispatches} dispatches, ${LONG.width} at once`,
        FIXES.tail,
      ),
    },
  ];
}

const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
