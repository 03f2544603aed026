import type { Pool } from '../db/pool.js';
import { stillMine, type Claim } from './fence.js';
import { pack } from './payload.js';
import { execute, type Statement, type Tables } from './sql.js';
import type { WriteBatch } from './write-batch.js';
import { deleteReplaced, insertWrites, toColumns, FENCED_PARAMETERS } from './write-rows.js';

const REPLACED = { ns: '$14', checkpointIds: '$15', taskIds: '$16' };

/** Stores any number of batches in one statement, if the claim still holds; false if not. */
export function createPutWrites(pool: Pool, tables: Tables) {
  const fresh = statement(tables, 'fresh');
  const replacing = statement(tables, 'replacing');
  return async ({ threadId, phase }: Claim, batches: WriteBatch[]): Promise<boolean> => {
    const { keys, values, replaced } = await toColumns(batches);
    const payload = pack(values);
    const parameters: unknown[] = [
      threadId,
      phase.era,
      phase.seq,
      phase.attempt,
      keys.ns,
      keys.checkpointIds,
      keys.taskIds,
      keys.idx,
      keys.channels,
      payload.types,
      payload.starts,
      payload.lengths,
      payload.bytes,
    ];
    if (replaced.ns.length === 0) return (await execute(pool, fresh, parameters)).count > 0;
    parameters.push(replaced.ns, replaced.checkpointIds, replaced.taskIds);
    return (await execute(pool, replacing, parameters)).count > 0;
  };
}

function statement(tables: Tables, kind: 'fresh' | 'replacing'): Statement {
  const clean = kind === 'fresh' ? '' : `,\nd AS (${deleteReplaced(tables, FENCED_PARAMETERS, REPLACED, 'h')})`;
  return {
    name: `hf:writes-${kind}:${tables.schema}`,
    text: `WITH h AS MATERIALIZED (SELECT 1 FROM holdfast.fences WHERE ${stillMine('$1', '$2', '$3', '$4')} FOR SHARE)${clean}
${insertWrites(tables, FENCED_PARAMETERS, 'h')}`,
  };
}
