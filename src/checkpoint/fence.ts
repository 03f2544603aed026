import type { Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import type { Phase } from '../runs/types.js';
import { execute } from './sql.js';

/** Whose turn it is to write to a thread: the holder of this token, until a later one claims it. */
export interface Claim {
  threadId: string;
  phase: Phase;
}

/** The condition under which a phase still owns the thread. The arguments are parameter names. */
export const stillMine = (threadId: string, era: string, seq: string, attempt: string): string =>
  `thread_id = ${threadId} AND era = ${era} AND seq = ${seq} AND attempt = ${attempt} AND NOT deleted`;

const READ = {
  name: 'hf:fence',
  text: `SELECT concat_ws('.', era, seq, attempt), head, deleted::text FROM holdfast.fences WHERE thread_id = $1`,
};

/** Says why a statement found the fence closed. */
export async function fenced(pool: Pool, { threadId, phase }: Claim): Promise<HoldfastError> {
  const [row] = (await execute(pool, READ, [threadId])).rows;
  const [theirs, head, deleted] = (row ?? []) as (string | null)[];
  const mine = `${phase.era}.${phase.seq}.${phase.attempt}`;
  const why = !row
    ? 'nobody has claimed it'
    : deleted === 'true'
      ? 'it was deleted'
      : theirs === mine
        ? `its newest checkpoint is ${head}, which this attempt did not write`
        : `attempt ${theirs} owns it now`;
  return new HoldfastError('FENCED', `attempt ${mine} may not write to thread ${threadId}: ${why}`, {
    next: 'nothing was changed; the attempt that owns the thread goes on',
    details: { threadId, phase: mine, owner: theirs ?? null, head: head ?? null },
  });
}
