import pg from 'pg';
import { procedures } from './procedures.js';
import { schema } from './schema.js';
import { customers, orders, products } from './stock.js';

const OURS = 'the example shop of Holdfast';

/**
 * Sets the shop up in a database, unless it is there already; returns the database's url. `anew` drops an earlier one first. A
 * schema "shop" that is not ours is never touched.
 */
export async function openShop(databaseUrl: string, { anew = false } = {}): Promise<string> {
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  try {
    await db.query('BEGIN');
    await db.query(`SELECT pg_advisory_xact_lock(hashtextextended('open shop', 0))`); // two workers may open at once
    const found = await db.query<{ is: string | null }>(
      `SELECT obj_description(oid, 'pg_namespace') AS is FROM pg_namespace WHERE nspname = 'shop'`,
    );
    if (found.rows.some((row) => row.is !== OURS))
      throw new Error('this database has another schema "shop": use another');
    if (anew) await db.query('DROP SCHEMA IF EXISTS shop CASCADE');
    if (anew || found.rows.length === 0) await setUp(db);
    await db.query('COMMIT');
    return databaseUrl;
  } finally {
    await db.end();
  }
}

async function setUp(db: pg.Client): Promise<void> {
  await db.query(schema);
  await db.query(procedures);
  await db.query(`COMMENT ON SCHEMA shop IS '${OURS}'`);
  for (const row of customers) await db.query('INSERT INTO shop.customers VALUES ($1, $2, $3, $4)', row);
  for (const row of products) await db.query('INSERT INTO shop.products VALUES ($1, $2, $3, $4)', row);
  for (const [id, customer, status, placedOn, items] of orders) {
    await db.query(
      'INSERT INTO shop.orders SELECT $1, customer_id, $3, address, $4 FROM shop.customers WHERE customer_id = $2',
      [id, customer, status, placedOn],
    );
    for (const [sku, quantity] of Object.entries(items)) {
      await db.query('INSERT INTO shop.order_items SELECT $1, sku, $3, price_cents FROM shop.products WHERE sku = $2', [
        id,
        sku,
        quantity,
      ]);
    }
  }
  await db.query(
    'INSERT INTO shop.payments (order_id, amount_cents) SELECT order_id, sum(quantity * price_cents) FROM shop.order_items GROUP BY 1',
  );
}
