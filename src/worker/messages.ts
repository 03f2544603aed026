import type { AgentRegistration } from '../runs/workers.js';
import type { Control } from '../runs/types.js';
import type { LogSettings } from '../telemetry/log.js';
import type { TemporalSettings } from '../temporal/connection.js';
import type { AbortCause } from './attempt-host.js';

/** What a child needs to work; the first message it gets. Never on the command line or in the environment: it holds secrets. */
export interface ChildInit {
  workerId: string;
  taskQueue: string;
  /** langgraph.json */
  config: string;
  databaseUrl: string;
  /** The schema of LangGraph's own tables. */
  schema: string;
  temporal: TemporalSettings;
  log: LogSettings;
}

/** An attempt as the supervisor must know it to speak for it. */
export interface TakenAttempt {
  /** Base64 task token. */
  token: string;
  threadId: string;
  runId: string;
  workflowId: string;
  workflowRunId: string;
  attempt: number;
  heartbeatTimeoutMs: number;
}

export interface ChildError {
  code: string;
  message: string;
  next?: string;
}

export type ToChild =
  | { t: 'init'; init: string }
  | { t: 'ping'; n: number }
  | { t: 'control'; threadId: string; control: Control }
  | { t: 'abort'; token: string; why: AbortCause }
  | { t: 'drain' };

export type ToSupervisor =
  | { t: 'loaded'; agents: AgentRegistration[] }
  | { t: 'ready' }
  /** It could not start, or its worker failed; the process ends. */
  | { t: 'failed'; error: ChildError }
  | { t: 'pong'; n: number }
  | { t: 'taken'; attempt: TakenAttempt }
  /** Sent before node code, which may never yield; that tasks were left rides along, or comes with the next pong. */
  | { t: 'entered'; token: string; taskId: string; node: string; left: string[] }
  | { t: 'left'; token: string; taskIds: string[] }
  | { t: 'released'; token: string }
  /** Core gave the attempt up by its own clock: ask the server, and heartbeat for it from now on. */
  | { t: 'adopt'; token: string }
  | { t: 'recycle'; token: string; reason: string };

/** Said to the process that forked the supervisor (`holdfast dev`) whenever the set of workers changes. */
export interface WorkersMessage {
  type: 'workers';
  supervisor: number;
  pids: number[];
}

/** JSON, except that certificates in the TLS settings are Buffers. */
export const encodeInit = (init: ChildInit): string => JSON.stringify(init);

export function decodeInit(text: string): ChildInit {
  return JSON.parse(text, (_key, value: unknown) =>
    isEncodedBuffer(value) ? Buffer.from(value.data) : value,
  ) as ChildInit;
}

function isEncodedBuffer(value: unknown): value is { type: 'Buffer'; data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
}
