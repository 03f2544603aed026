import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** A write the shop carried out, or why it would not. */
export type Receipt = { refused: string } | { refused?: undefined; [fact: string]: unknown };

/** The shop as its API shows it to the agent. */
export interface Shop {
  findCustomer(email: string): Promise<unknown>;
  order(orderId: string): Promise<unknown>;
  searchProducts(words: string): Promise<unknown[]>;
  /** What was paid for an order and not paid back, in cents; 0 for an order that does not exist. */
  paidCents(orderId: string): Promise<number>;
  /** Writes once per idempotency key, however often it is called. */
  write(idempotencyKey: string, kind: string, args: object): Promise<Receipt>;
  close(): Promise<void>;
}

export interface ShopOptions {
  /** Asked at the first call: an agent's module may be loaded before its database is there. */
  databaseUrl: () => string | Promise<string>;
  /** How long a request or an answer travels, in ms: two numbers to pick between. */
  travelMs?: readonly [number, number];
}

export function connectToShop({ databaseUrl, travelMs: [shortest, longest] = [0, 0] }: ShopOptions): Shop {
  let pool: Promise<pg.Pool> | undefined;
  const open = (): Promise<pg.Pool> => {
    const opening = (async () => poolOf(await databaseUrl()))();
    opening.catch(() => (pool = undefined)); // tried again at the next call
    return opening;
  };
  const ask = async <T>(sql: string, ...values: unknown[]): Promise<T[]> => {
    pool ??= open();
    return (await (await pool).query<{ answer: T }>(sql, values)).rows.map((row) => row.answer);
  };
  const travel = async (): Promise<void> => {
    if (longest > 0) await delay(shortest + Math.random() * (longest - shortest));
  };
  const read = async <T>(sql: string, ...values: unknown[]): Promise<T[]> => {
    await travel();
    return ask<T>(sql, ...values);
  };

  return {
    findCustomer: async (email) => (await read(CUSTOMER, email))[0] ?? 'nobody has this e-mail address',
    order: async (orderId) => (await read(ORDER, orderId))[0] ?? 'there is no such order',
    searchProducts: (words) => read(PRODUCTS, words.toLowerCase().split(/\W+/).filter(Boolean)),
    paidCents: async (orderId) => (await read<number>('SELECT shop.paid_cents($1) AS answer', orderId))[0] ?? 0,
    async write(idempotencyKey, kind, args) {
      const [call] = await ask<string>(ARRIVE, idempotencyKey, kind, JSON.stringify(args));
      await travel();
      const [receipt] = await ask<Receipt>('SELECT shop.apply($1) AS answer', call);
      await travel();
      return receipt ?? { refused: 'the shop did not answer' };
    },
    close: async () => (await pool)?.end(),
  };
}

function poolOf(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, application_name: 'shop' });
  // A connection that breaks while nobody uses it is replaced at the next call.
  pool.on('error', () => undefined);
  return pool;
}

const CUSTOMER = /* sql */ `
  SELECT to_jsonb(c) || jsonb_build_object('orders', (
           SELECT jsonb_agg(order_id ORDER BY order_id) FROM shop.orders o WHERE o.customer_id = c.customer_id)) AS answer
    FROM shop.customers c WHERE email = lower($1)`;

const ORDER = /* sql */ `
  SELECT to_jsonb(o) || jsonb_build_object('paid_cents', shop.paid_cents(order_id), 'items', (
           SELECT jsonb_agg(to_jsonb(i) - 'order_id' || jsonb_build_object('name', p.name))
             FROM shop.order_items i JOIN shop.products p USING (sku) WHERE i.order_id = o.order_id)) AS answer
    FROM shop.orders o WHERE order_id = $1`;

const PRODUCTS = /* sql */ `
  SELECT to_jsonb(p) AS answer FROM shop.products p
   WHERE NOT EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(word IN lower(name || ' ' || sku)) = 0)
   ORDER BY sku`;

const ARRIVE = /* sql */ `
  INSERT INTO shop.calls (idempotency_key, kind, args) VALUES ($1, $2, $3) RETURNING call_id::text AS answer`;
