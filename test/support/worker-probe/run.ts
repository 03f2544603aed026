import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { Client } from '@temporalio/client';
import type { RunSupervisorOptions } from '../../../src/worker/run-supervisor.js';
import type { WorkersMessage } from '../../../src/worker/messages.js';
import type { ProvidedStack } from '../global-setup.js';
import { readMarks, type Mark, type ProbeResult, type ProbeSpec } from './spec.js';

/** The compiled probe: children and supervisors are processes of their own, so they run what was built. */
const built = (file: string) =>
  fileURLToPath(new URL(`../../../dist/test/support/worker-probe/${file}`, import.meta.url));

export async function bundleProbe(): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: built('workflows.js'),
    logger: new DefaultLogger('ERROR'),
  });
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-probe-')), 'bundle.js');
  writeFileSync(path, code);
  return path;
}

export interface ProbeSupervisor {
  pid: number;
  taskQueue: string;
  /** The children that take work, as the supervisor last said. */
  pids(): number[];
  stderr(): string;
  error(): { code: string; message: string } | undefined;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code; null after a signal. */
  ended: Promise<number | null>;
}

export function startSupervisor(
  stack: ProvidedStack,
  bundle: string,
  options: Partial<Omit<RunSupervisorOptions, 'init' | 'log'>> = {},
): ProbeSupervisor {
  const taskQueue = `probe-${randomUUID()}`;
  const all: Omit<RunSupervisorOptions, 'log'> = {
    workers: 2,
    ...options,
    init: {
      taskQueue,
      config: bundle,
      databaseUrl: stack.databaseUrl,
      schema: 'public',
      temporal: { address: stack.temporalAddress, namespace: stack.namespace },
      log: { level: 'info', pretty: false },
    },
  };
  const process = fork(built('supervisor-main.js'), [JSON.stringify(all)], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let pids: number[] = [];
  let stderr = '';
  let error: { code: string; message: string } | undefined;
  process.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  process.on('message', (message: WorkersMessage | { type: 'error'; code: string; message: string }) => {
    if (message.type === 'workers') pids = message.pids;
    else error = message;
  });
  return {
    pid: process.pid ?? 0,
    taskQueue,
    pids: () => pids,
    stderr: () => stderr,
    error: () => error,
    kill: (signal) => void process.kill(signal),
    ended: new Promise((resolve) => process.once('exit', resolve)),
  };
}

export type ProbeSteps = Omit<ProbeSpec, 'threadId' | 'runId' | 'marks'>;

export interface ProbeRun {
  marks(): Mark[];
  result(): Promise<ProbeResult>;
  cancel(): Promise<unknown>;
  /** Nothing happens when it has ended. */
  terminate(): Promise<void>;
  pendingFailureType(): Promise<string | undefined | null>;
  threadId: string;
}

export async function startProbe(client: Client, taskQueue: string, steps: ProbeSteps): Promise<ProbeRun> {
  const threadId = randomUUID();
  const marks = join(mkdtempSync(join(tmpdir(), 'holdfast-probe-')), 'marks');
  const args: [ProbeSpec] = [{ ...steps, threadId, runId: randomUUID(), marks }];
  const handle = await client.workflow.start('probeThread', { taskQueue, workflowId: `probe-${threadId}`, args });
  return {
    threadId,
    marks: () => readMarks(marks),
    result: () => handle.result() as Promise<ProbeResult>,
    cancel: () => handle.cancel(),
    terminate: async () => void (await handle.terminate().catch(() => undefined)),
    async pendingFailureType() {
      const { pendingActivities } = (await handle.describe()).raw;
      return pendingActivities?.[0]?.lastFailure?.applicationFailureInfo?.type;
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
