import type { Pool } from '../db/pool.js';
import type { Write } from './judge.js';

export interface ShopRecords {
  /** Every write that took effect, oldest first. */
  applied: Write[];
  /** Write requests that arrived, and how many of them had arrived before: a step that ran again after a crash. */
  calls: number;
  repeated: number;
}

/** The shop's own append-only tables: the only witness that the verdict hears. */
export async function readShopRecords(pool: Pool): Promise<ShopRecords> {
  const ledger = await pool.query<Write>('SELECT kind AS name, args FROM shop.ledger ORDER BY entry_id');
  const calls = await pool.query<{ calls: number; repeated: number }>(
    'SELECT count(*)::int AS calls, (count(*) - count(DISTINCT idempotency_key))::int AS repeated FROM shop.calls',
  );
  return { applied: ledger.rows, calls: calls.rows[0]?.calls ?? 0, repeated: calls.rows[0]?.repeated ?? 0 };
}
