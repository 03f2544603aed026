import { INTERRUPT, RESUME, WRITES_IDX_MAP } from '@langchain/langgraph-checkpoint';
import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import type { StoredInterrupt } from './askers.js';
import type { Codec } from './codec.js';
import { stillMine, type Claim } from './fence.js';
import { pack } from './payload.js';
import { execute, type Statement, type Tables } from './sql.js';
import { toColumns, insertWrites, FENCED_PARAMETERS } from './write-rows.js';
import type { WriteBatch } from './write-batch.js';

interface AskedRow {
  ns: string;
  checkpointId: string;
  taskId: string;
  channel: string;
  value: unknown;
}

/**
 * Answers interrupts: each answer is appended to the RESUME list of the task that asked, in the deepest namespace that
 * holds the interrupt. The list is read from rows and written in full. A resume without an id is never written: it
 * answers whatever is pending, seen or not.
 *
 * Once per request id: the statement that writes the answers marks the fence row with it.
 */
export function createApplyAnswers(pool: Pool, tables: Tables, codec: Codec) {
  const read = readStatement(tables);
  const write = writeStatement(tables);
  return async (
    { threadId, phase }: Claim,
    from: string | null,
    requestId: string,
    answers: Record<string, unknown>,
  ): Promise<'applied' | 'fenced'> => {
    const token = [threadId, phase.era, phase.seq, phase.attempt];
    const { rows } = await execute(pool, read, [...token, from]);
    const [fence] = rows;
    if (!fence) return 'fenced';
    if (fence[0] === requestId) return 'applied';
    const asked = await Promise.all(
      rows.slice(1).map(async ([, ns, checkpointId, taskId, channel, text, type, bytes]): Promise<AskedRow> => ({
        ns: ns as string,
        checkpointId: checkpointId as string,
        taskId: taskId as string,
        channel: channel as string,
        value: await codec.load({ type: type as string, data: (text as string | null) ?? (bytes as Buffer) }),
      })),
    );
    const { keys, values } = await toColumns(await batchesOf(codec, asked, answers));
    const payload = pack(values);
    const { rows: marked } = await execute(pool, write, [
      ...token,
      keys.ns,
      keys.checkpointIds,
      keys.taskIds,
      keys.idx,
      keys.channels,
      payload.types,
      payload.starts,
      payload.lengths,
      payload.bytes,
      requestId,
    ]);
    return marked.length > 0 ? 'applied' : 'fenced';
  };
}

async function batchesOf(codec: Codec, asked: AskedRow[], answers: Record<string, unknown>): Promise<WriteBatch[]> {
  const pending = pendingInterrupts(asked);
  const resumes = new Map<AskedRow, unknown[]>();
  for (const [id, answer] of Object.entries(answers)) {
    const row = pending.get(id);
    if (!row) {
      throw new HoldfastError('INTERRUPT_NOT_FOUND', `interrupt ${id} is not pending`, {
        next:
          pending.size > 0
            ? `pending: ${[...pending.keys()].join(', ')}`
            : 'nothing of this thread waits for an answer',
        details: { interruptId: id },
      });
    }
    const prior = asked.find(
      (r) => r.channel === RESUME && r.ns === row.ns && r.checkpointId === row.checkpointId && r.taskId === row.taskId,
    );
    const list = resumes.get(row) ?? (prior ? [prior.value].flat() : []);
    resumes.set(row, [...list, answer]);
  }
  return [...resumes].map(([{ ns, checkpointId, taskId }, list]) => ({
    ns,
    checkpointId,
    taskId,
    rows: [{ idx: WRITES_IDX_MAP[RESUME]!, channel: RESUME, value: codec.dump(list) }],
    whole: false,
    replaces: false,
    awaitsHandler: false,
  }));
}

/** By id, the row of the task that asked: in the deepest namespace, and there under the newest checkpoint. */
function pendingInterrupts(asked: AskedRow[]): Map<string, AskedRow> {
  const interrupts = asked.filter((row) => row.channel === INTERRUPT);
  const rootTasks = new Set(interrupts.filter((row) => row.ns === '').map((row) => row.taskId));
  const depth = (row: AskedRow) => (row.ns === '' ? 0 : row.ns.split('|').length);
  const found = new Map<string, AskedRow>();
  const order = interrupts.sort((a, b) => depth(a) - depth(b) || (a.checkpointId < b.checkpointId ? -1 : 1));
  for (const row of order) {
    // Namespaces of earlier supersteps keep their rows. A namespace without a task id belongs to a subgraph that lives as long as the thread.
    const [, owner] = row.ns.split('|', 1)[0]!.split(':');
    if (row.ns !== '' && owner !== undefined && !rootTasks.has(owner)) continue;
    for (const interrupt of [row.value].flat() as StoredInterrupt[]) {
      if (interrupt.id && interrupt.asked_by === undefined) found.set(interrupt.id, row);
    }
  }
  return found;
}

/** The fence row's mark first, then every INTERRUPT and RESUME row that can matter (an index of their own finds them). */
function readStatement({ schema, checkpoints, writes }: Tables): Statement {
  return {
    name: `hf:asked:${schema}`,
    text: `WITH f AS MATERIALIZED (SELECT applied::text AS applied, coalesce($5, head,
  (SELECT checkpoint_id FROM ${checkpoints} WHERE thread_id = $1 AND checkpoint_ns = '' ORDER BY checkpoint_id DESC LIMIT 1)) AS head
  FROM holdfast.fences WHERE ${stillMine('$1', '$2', '$3', '$4')})
SELECT applied, NULL AS checkpoint_ns, NULL, NULL, NULL, NULL, NULL, NULL::bytea FROM f
UNION ALL
SELECT NULL, w.checkpoint_ns, w.checkpoint_id, w.task_id, w.channel,
  CASE WHEN w.type = 'json' THEN convert_from(w.blob, 'UTF8') END, w.type, CASE WHEN w.type <> 'json' THEN w.blob END
FROM f JOIN ${writes} AS w ON w.thread_id = $1 AND w.idx IN (-3, -4) AND (w.checkpoint_ns <> '' OR w.checkpoint_id = f.head)
ORDER BY checkpoint_ns NULLS FIRST`,
  };
}

function writeStatement(tables: Tables): Statement {
  return {
    name: `hf:answer:${tables.schema}`,
    text: `WITH h AS MATERIALIZED (UPDATE holdfast.fences SET applied = $14::uuid
  WHERE ${stillMine('$1', '$2', '$3', '$4')} AND applied IS DISTINCT FROM $14::uuid RETURNING 1 AS one),
w AS (${insertWrites(tables, FENCED_PARAMETERS, 'h')})
SELECT one FROM h`,
  };
}
