import pg from 'pg';
import { procedures } from './procedures.js';
import { schema } from './schema.js';
import { customers, orders, products } from './stock.js';

/** Sets the shop up anew with what it starts with; what an earlier demo left there is dropped. */
export async function openForBusiness(databaseUrl: string): Promise<void> {
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  try {
    await db.query('BEGIN');
    await db.query('DROP SCHEMA IF EXISTS shop CASCADE');
    await db.query(schema);
    await db.query(procedures);
    await fill(db);
    await db.query('COMMIT');
  } finally {
    await db.end();
  }
}

async function fill(db: pg.Client): Promise<void> {
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
