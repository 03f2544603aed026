import type { Pool } from '../db/pool.js';

/**
 * What a worker is in the middle of. `arrived`: its tool's write has reached the shop and is not applied. `applied`: the shop
 * has applied it and the step is not committed, the most dangerous moment. `node`: any other node code.
 */
export type Moment = 'node' | 'arrived' | 'applied';

export interface Busy {
  runId: string;
  pid: number;
  moment: Moment;
  /** In words. */
  doing: string;
}

/**
 * Runs whose node code is running right now. A node of the shop's agent takes at least 25 ms and a commit a few, so a slice whose
 * last commit is 8 to 20 ms old is inside a node; a call that the shop recorded after that commit says so by itself. A slice ends
 * at the first commit after its first second, and until the next one begins nothing runs.
 */
export async function runsMidNode(pool: Pool): Promise<Busy[]> {
  const { rows } = await pool.query<Row>(SQL);
  return rows.flatMap(({ runId, pid, lastNode, quietMs, write, applied }): Busy[] => {
    if (write !== null && applied)
      return [
        { runId, pid, moment: 'applied', doing: `after the shop had applied ${write}, before the step was committed` },
      ];
    if (write !== null) return [{ runId, pid, moment: 'arrived', doing: `while its ${write} was on the way` }];
    if (lastNode === 'model_request')
      return quietMs >= 8 && quietMs <= 20 ? [{ runId, pid, moment: 'node', doing: 'while a tool was reading' }] : [];
    return quietMs >= 8 && quietMs <= 140
      ? [{ runId, pid, moment: 'node', doing: 'while the model was thinking' }]
      : [];
  });
}

interface Row {
  runId: string;
  pid: number;
  lastNode: string | null;
  /** Since the last commit of the run, or since its slice began. */
  quietMs: number;
  write: string | null;
  applied: boolean;
}

const SQL = `
WITH newest AS (
  SELECT DISTINCT ON (a.run_id) a.run_id, r.thread_id, a.pid, a.started_at, a.ended_at
  FROM holdfast.attempts a JOIN holdfast.runs r USING (run_id)
  WHERE r.status = 'running' AND r.agent = 'shop'
  ORDER BY a.run_id, a.era DESC, a.seq DESC, a.attempt DESC
), at_work AS (
  SELECT n.run_id, n.thread_id, n.pid, s.node, greatest(n.started_at, s.committed_at) AS since
  FROM newest n LEFT JOIN LATERAL (
    SELECT committed_at, tasks->0->>'node' AS node FROM holdfast.supersteps
    WHERE run_id = n.run_id ORDER BY committed_at DESC LIMIT 1) s ON true
  WHERE n.ended_at IS NULL AND (s.committed_at IS NULL OR s.committed_at < n.started_at + interval '0.9 s')
)
SELECT w.run_id AS "runId", w.pid, w.node AS "lastNode", c.kind AS write, coalesce(c.applied, false) AS applied,
  1000 * extract(epoch FROM clock_timestamp() - w.since)::float8 AS "quietMs"
FROM at_work w LEFT JOIN LATERAL (
  SELECT kind, EXISTS (SELECT FROM shop.ledger l WHERE l.idempotency_key = k.idempotency_key) AS applied
  FROM shop.calls k WHERE starts_with(k.idempotency_key, w.thread_id || '/') AND k.at > w.since
  ORDER BY call_id DESC LIMIT 1) c ON true`;
