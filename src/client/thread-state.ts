/** A thread's state as anyone may read it, without the graph: channel values, what comes next, what is asked. */
import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';
import type { StoredInterrupt } from '../checkpoint/askers.js';

export interface ThreadState {
  threadId: string;
  checkpointId: string;
  parentId: string | null;
  /** LangGraph's count; -1 is the input. */
  step: number;
  source: string;
  createdAt: string;
  /** The graph's own channels. */
  values: Record<string, unknown>;
  /** Nodes whose turn it is. */
  next: string[];
  interrupts: { id: string; value: unknown }[];
  runId: string | null;
}

const BRANCH = 'branch:to:';
const JOIN = 'join:';
const TASKS = '__pregel_tasks';
const INTERNAL = /^(branch:|join:|start:|__)/;

export function threadStateOf({
  config,
  checkpoint,
  metadata,
  parentConfig,
  pendingWrites,
}: CheckpointTuple): ThreadState {
  const { thread_id, checkpoint_id } = config.configurable as { thread_id: string; checkpoint_id: string };
  const done = new Set((pendingWrites ?? []).filter(([, channel]) => channel === '__resume__').map(([task]) => task));
  return {
    threadId: thread_id,
    checkpointId: checkpoint_id,
    parentId: (parentConfig?.configurable?.['checkpoint_id'] as string | undefined) ?? null,
    step: metadata?.step ?? -2,
    source: metadata?.source ?? 'unknown',
    createdAt: checkpoint.ts,
    values: Object.fromEntries(
      Object.entries(checkpoint.channel_values).filter(([channel]) => !INTERNAL.test(channel)),
    ),
    next: nextNodes(checkpoint),
    interrupts: (pendingWrites ?? [])
      .filter(([task, channel]) => channel === '__interrupt__' && !done.has(task))
      .flatMap(([, , value]) => value as StoredInterrupt[])
      .filter((interrupt) => interrupt.asked_by === undefined)
      .map(({ id = '', value }) => ({ id, value })),
    runId: (metadata as { run_id?: string } | undefined)?.run_id ?? null,
  };
}

/** A node's turn has come when a channel that triggers it is newer than what it has seen (pregel/algo.ts, _prepareSingleTask). */
function nextNodes(checkpoint: CheckpointTuple['checkpoint']): string[] {
  const { channel_values: values, channel_versions: versions, versions_seen: seen } = checkpoint;
  const next: string[] = [];
  for (const [channel, value] of Object.entries(values)) {
    const node = targetOf(channel, value);
    if (node === undefined) continue;
    const version = versions[channel];
    const last = seen[node]?.[channel];
    if (version !== undefined && (last === undefined || version > last)) next.push(node);
  }
  const sends = values[TASKS];
  if (Array.isArray(sends)) next.push(...(sends as { node: string }[]).map(({ node }) => node));
  return next;
}

/** The node that a control channel triggers: `branch:to:NODE`, or `join:a+b:NODE` once all have arrived. */
function targetOf(channel: string, value: unknown): string | undefined {
  if (channel.startsWith(BRANCH)) return channel.slice(BRANCH.length);
  if (!channel.startsWith(JOIN)) return undefined;
  const [awaited = '', node] = channel.slice(JOIN.length).split(':');
  const arrived = Array.isArray(value) ? value.length : 0;
  return arrived === awaited.split('+').length ? node : undefined;
}
