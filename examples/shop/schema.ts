/** The shop's own tables. Nothing in them knows of Holdfast: to the agent this is somebody else's system. */
export const schema = /* sql */ `
CREATE SCHEMA shop;

CREATE TABLE shop.customers (
  customer_id  text PRIMARY KEY,
  name         text NOT NULL,
  email        text NOT NULL UNIQUE,
  address      text NOT NULL,
  credit_cents int NOT NULL DEFAULT 0
);

CREATE TABLE shop.products (
  sku         text PRIMARY KEY,
  name        text NOT NULL,
  price_cents int NOT NULL,
  stock       int NOT NULL CHECK (stock >= 0)
);

CREATE TABLE shop.orders (
  order_id    text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES shop.customers,
  status      text NOT NULL CHECK (status IN ('pending', 'shipped', 'delivered', 'cancelled')),
  address     text NOT NULL,
  placed_on   date NOT NULL
);

CREATE TABLE shop.order_items (
  order_id    text NOT NULL REFERENCES shop.orders,
  sku         text NOT NULL REFERENCES shop.products,
  quantity    int NOT NULL,
  price_cents int NOT NULL,
  returned    boolean NOT NULL DEFAULT false,
  PRIMARY KEY (order_id, sku)
);

-- Above zero the customer paid, below zero the shop paid back.
CREATE TABLE shop.payments (
  payment_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id     text NOT NULL REFERENCES shop.orders,
  amount_cents int NOT NULL,
  at           timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Every write request that arrived, the same one as often as it arrived, whatever became of it.
CREATE TABLE shop.calls (
  call_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  idempotency_key text NOT NULL,
  kind            text NOT NULL,
  args            jsonb NOT NULL,
  at              timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Every write that took effect. The verdict on exactly-once is computed from this table and from nothing else.
CREATE TABLE shop.ledger (
  entry_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id         bigint NOT NULL REFERENCES shop.calls,
  idempotency_key text NOT NULL UNIQUE,
  kind            text NOT NULL,
  args            jsonb NOT NULL,
  result          jsonb NOT NULL,
  at              timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION shop.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shop.calls
  FOR EACH STATEMENT EXECUTE FUNCTION shop.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shop.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION shop.refuse_change();
`;
