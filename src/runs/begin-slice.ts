import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import type { Control, HoldVerb, Phase, RunKind, RunOptions, RunStatus } from './types.js';

export interface SliceRequest {
  threadId: string;
  runId: string;
  phase: Phase;
}

export interface Begun {
  status: RunStatus;
  kind: RunKind;
  options: RunOptions;
  payload: StoredValue | null;
  agent: string;
  head: string | null;
  /** The head at which an operator or an answer found the run, if it was ever settled: its input is used up. */
  settledHead: string | null;
  stop: number | null;
  control: Control;
  cancelAction: CancelAction | null;
  /** Nodes whose work the head commits. */
  headNodes: string[];
  /** The superstep that the head commits; null when it commits none. */
  headStep: number | null;
  /** Failed tries by task id. */
  tries: Map<string, number>;
  /** The failure that used up a task's tries, if its report was the last thing an attempt did. */
  exhausted: { taskId: string; node: string; name: string; message: string } | null;
  /** Tasks that began in lost attempts and never finished: how often, and which node. */
  unfinished: { taskId: string; node: string; times: number }[];
  /** What an operator decided when the run was last held. */
  verb: { holdId: string; verb: HoldVerb; target: string | null; payload: StoredValue | null } | null;
  sinceMs: number;
}

/** A value as LangGraph's serializer stores it. */
export interface StoredValue {
  type: string;
  bytes: Buffer;
}

export type CancelAction = 'cancel' | 'interrupt' | 'rollback';

/**
 * Claims the thread for one attempt of one slice, opens the attempt's row and reads what the slice needs: one statement.
 * The phase only goes up; a new run forgets the head, so that its first put adopts the newest checkpoint.
 * @throws FENCED when a newer phase holds the thread, THREAD_DELETED, RUN_NOT_FOUND.
 */
export async function beginSlice(
  pool: Pool,
  { threadId, runId, phase }: SliceRequest,
  worker: { workerId: string; agentVersion: string },
): Promise<Begun> {
  const { rows } = await pool.query<Row>({
    name: 'begin-slice',
    text: SQL,
    values: [threadId, phase.era, phase.seq, phase.attempt, runId, worker.workerId, process.pid, worker.agentVersion],
  });
  const row = rows[0];
  if (!row) throw await whyNot(pool, threadId);
  if (row.status === null) {
    throw new HoldfastError('RUN_NOT_FOUND', `run ${runId} does not exist`, { details: { runId, threadId } });
  }
  return {
    status: row.status,
    kind: row.kind,
    options: row.options,
    payload: stored(row.payload_type, row.payload),
    agent: row.agent,
    head: row.head,
    settledHead: row.settled_head,
    stop: row.stop,
    control: row.control,
    cancelAction: row.cancel_action,
    headStep: row.head_step,
    headNodes: (row.head_tasks ?? []).map((task) => task.node),
    tries: new Map(Object.entries(row.tries ?? {})),
    exhausted: row.exhausted,
    unfinished: row.unfinished ?? [],
    verb: row.hold && { ...row.hold, payload: stored(row.hold_payload_type, row.hold_payload) },
    sinceMs: row.since_ms,
  };
}

const SQL = `
WITH claim AS (
  INSERT INTO holdfast.fences AS f (thread_id, era, seq, attempt, run_id) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (thread_id) DO UPDATE SET
    era = EXCLUDED.era, seq = EXCLUDED.seq, attempt = EXCLUDED.attempt, run_id = EXCLUDED.run_id,
    head = CASE WHEN f.run_id = EXCLUDED.run_id THEN f.head END,
    stop = CASE WHEN f.run_id = EXCLUDED.run_id THEN f.stop END,
    control = CASE WHEN f.run_id = EXCLUDED.run_id THEN f.control ELSE 'none' END
  WHERE (f.era, f.seq, f.attempt) < (EXCLUDED.era, EXCLUDED.seq, EXCLUDED.attempt) AND NOT f.deleted
  RETURNING head, stop, control
), run AS (
  SELECT r.* FROM holdfast.runs r, claim WHERE r.run_id = $5
), started AS (
  UPDATE holdfast.runs r SET status = 'running', started_at = coalesce(r.started_at, clock_timestamp()), agent_version = $8
  FROM run WHERE r.run_id = run.run_id AND run.status = 'pending'
), opened AS (
  INSERT INTO holdfast.attempts (run_id, era, seq, attempt, worker_id, pid)
  SELECT run_id, $2, $3, $4, $6, $7 FROM run
  ON CONFLICT DO NOTHING
)
SELECT claim.head, claim.stop, claim.control, run.status, run.head AS settled_head, run.kind, run.options, run.agent, run.cancel_action,
  CASE WHEN claim.head IS NULL THEN run.payload_type END AS payload_type,
  CASE WHEN claim.head IS NULL THEN run.payload END AS payload,
  (extract(epoch FROM clock_timestamp() - run.submitted_at) * 1000)::float8 AS since_ms,
  s.tasks AS head_tasks, s.step AS head_step,
  (SELECT jsonb_object_agg(task_id, n) FROM (
     SELECT task_id, count(*) AS n FROM holdfast.failures WHERE run_id = $5 AND NOT released GROUP BY task_id) t) AS tries,
  CASE WHEN $4 > 1 THEN (SELECT jsonb_build_object('taskId', task_id, 'node', node, 'name', name, 'message', message)
     FROM holdfast.failures WHERE run_id = $5 AND final AND NOT released ORDER BY at DESC LIMIT 1) END AS exhausted,
  CASE WHEN $4 > 1 THEN (SELECT jsonb_agg(jsonb_build_object('taskId', task_id, 'node', node, 'times', n)) FROM (
     SELECT task_id, min(node) AS node, count(*)::int AS n FROM holdfast.task_attempts
     WHERE run_id = $5 AND finished_at IS NULL AND NOT released GROUP BY task_id) t) END AS unfinished,
  h.payload_type AS hold_payload_type, h.payload AS hold_payload,
  CASE WHEN h.hold_id IS NOT NULL THEN jsonb_build_object('holdId', h.hold_id, 'verb', h.verb, 'target', h.target) END AS hold
FROM claim LEFT JOIN run ON true
LEFT JOIN holdfast.supersteps s ON s.thread_id = $1 AND s.checkpoint_id = claim.head
LEFT JOIN LATERAL (
  SELECT * FROM holdfast.holds h WHERE h.run_id = $5 AND run.submissions > 1 AND h.released_at IS NOT NULL
  ORDER BY hold_id DESC LIMIT 1) h ON true`;

interface Row {
  head: string | null;
  settled_head: string | null;
  stop: number | null;
  control: Control;
  status: RunStatus | null;
  kind: RunKind;
  options: RunOptions;
  agent: string;
  cancel_action: CancelAction | null;
  payload_type: string | null;
  payload: Buffer | null;
  since_ms: number;
  head_tasks: { node: string }[] | null;
  head_step: number | null;
  tries: Record<string, number> | null;
  exhausted: Begun['exhausted'];
  unfinished: Begun['unfinished'] | null;
  hold: { holdId: string; verb: HoldVerb; target: string | null } | null;
  hold_payload_type: string | null;
  hold_payload: Buffer | null;
}

const stored = (type: string | null, bytes: Buffer | null): StoredValue | null =>
  type === null || bytes === null ? null : { type, bytes };

async function whyNot(pool: Pool, threadId: string): Promise<HoldfastError> {
  const { rows } = await pool.query<{ deleted: boolean }>('SELECT deleted FROM holdfast.fences WHERE thread_id = $1', [
    threadId,
  ]);
  return rows[0]?.deleted
    ? new HoldfastError('THREAD_DELETED', `thread ${threadId} was deleted`, { details: { threadId } })
    : new HoldfastError('FENCED', `a newer attempt holds thread ${threadId}`, { details: { threadId } });
}
