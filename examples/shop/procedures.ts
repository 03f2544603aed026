/** What the shop does when it is asked to write. Each procedure answers with what it did, or {refused: why} and does nothing. */
const writes = /* sql */ `
CREATE FUNCTION shop.paid_cents(the_order text) RETURNS int LANGUAGE sql AS
$$ SELECT coalesce(sum(amount_cents), 0)::int FROM shop.payments WHERE order_id = the_order $$;

CREATE FUNCTION shop.pay_back(the_order text, amount int) RETURNS jsonb LANGUAGE sql AS
$$ INSERT INTO shop.payments (order_id, amount_cents) VALUES (the_order, -amount)
   RETURNING jsonb_build_object('order_id', order_id, 'paid_back_cents', amount) $$;

CREATE FUNCTION shop.cancel_order(args jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE shop.orders SET status = 'cancelled' WHERE order_id = args->>'order_id' AND status = 'pending';
  IF NOT FOUND THEN RETURN '{"refused": "only a pending order can be cancelled"}'; END IF;
  UPDATE shop.products p SET stock = stock + i.quantity FROM shop.order_items i
   WHERE i.order_id = args->>'order_id' AND i.sku = p.sku;
  RETURN shop.pay_back(args->>'order_id', shop.paid_cents(args->>'order_id'));
END $$;

CREATE FUNCTION shop.refund(args jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM shop.orders WHERE order_id = args->>'order_id' FOR UPDATE;
  IF shop.paid_cents(args->>'order_id') < (args->>'amount_cents')::int THEN
    RETURN '{"refused": "that is more than was paid for this order"}';
  END IF;
  RETURN shop.pay_back(args->>'order_id', (args->>'amount_cents')::int);
END $$;

CREATE FUNCTION shop.change_address(args jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  UPDATE shop.orders SET address = args->>'address' WHERE order_id = args->>'order_id' AND status = 'pending';
  IF NOT FOUND THEN RETURN '{"refused": "the order has left the warehouse"}'; END IF;
  RETURN jsonb_build_object('order_id', args->>'order_id', 'address', args->>'address');
END $$;

CREATE FUNCTION shop.return_item(args jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE amount int;
BEGIN
  UPDATE shop.order_items i SET returned = true FROM shop.orders o
   WHERE o.order_id = i.order_id AND o.status = 'delivered' AND NOT i.returned
     AND i.order_id = args->>'order_id' AND i.sku = args->>'sku'
  RETURNING i.quantity * i.price_cents INTO amount;
  IF NOT FOUND THEN RETURN '{"refused": "only an item of a delivered order can be returned, once"}'; END IF;
  RETURN shop.pay_back(args->>'order_id', amount);
END $$;

CREATE FUNCTION shop.exchange_item(args jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE difference int;
BEGIN
  PERFORM FROM shop.orders WHERE order_id = args->>'order_id' AND status = 'delivered' FOR UPDATE;
  IF NOT FOUND THEN RETURN '{"refused": "only items of a delivered order can be exchanged"}'; END IF;
  SELECT i.quantity * (p.price_cents - i.price_cents) INTO difference FROM shop.order_items i, shop.products p
   WHERE i.order_id = args->>'order_id' AND i.sku = args->>'sku' AND p.sku = args->>'new_sku' AND p.stock >= i.quantity;
  IF NOT FOUND THEN RETURN '{"refused": "the item was not ordered, or the new one is sold out"}'; END IF;
  UPDATE shop.products p SET stock = stock - i.quantity FROM shop.order_items i
   WHERE p.sku = args->>'new_sku' AND i.order_id = args->>'order_id' AND i.sku = args->>'sku';
  UPDATE shop.order_items i SET sku = p.sku, price_cents = p.price_cents FROM shop.products p
   WHERE i.order_id = args->>'order_id' AND i.sku = args->>'sku' AND p.sku = args->>'new_sku';
  INSERT INTO shop.payments (order_id, amount_cents) VALUES (args->>'order_id', difference);
  RETURN jsonb_build_object('order_id', args->>'order_id', 'sku', args->>'new_sku', 'charged_cents', difference);
END $$;

CREATE FUNCTION shop.give_credit(args jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE total int;
BEGIN
  UPDATE shop.customers SET credit_cents = credit_cents + (args->>'amount_cents')::int
   WHERE customer_id = args->>'customer_id' RETURNING credit_cents INTO total;
  IF NOT FOUND THEN RETURN '{"refused": "there is no such customer"}'; END IF;
  RETURN jsonb_build_object('customer_id', args->>'customer_id', 'credit_cents', total);
END $$;
`;

/** Applies a call that has arrived: once for its idempotency key, and its effect and its ledger entry in one transaction. */
const apply = /* sql */ `
CREATE FUNCTION shop.apply(the_call bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE c shop.calls; answer jsonb;
BEGIN
  SELECT * INTO c FROM shop.calls WHERE call_id = the_call;
  PERFORM pg_advisory_xact_lock(hashtextextended(c.idempotency_key, 0));
  SELECT result INTO answer FROM shop.ledger WHERE idempotency_key = c.idempotency_key;
  IF FOUND THEN RETURN answer; END IF;
  answer := CASE c.kind
    WHEN 'cancel_order' THEN shop.cancel_order(c.args)
    WHEN 'refund' THEN shop.refund(c.args)
    WHEN 'change_address' THEN shop.change_address(c.args)
    WHEN 'return_item' THEN shop.return_item(c.args)
    WHEN 'exchange_item' THEN shop.exchange_item(c.args)
    WHEN 'give_credit' THEN shop.give_credit(c.args)
    ELSE jsonb_build_object('refused', 'the shop does not know how to ' || c.kind) END;
  IF NOT answer ? 'refused' THEN
    INSERT INTO shop.ledger (call_id, idempotency_key, kind, args, result)
    VALUES (c.call_id, c.idempotency_key, c.kind, c.args, answer);
  END IF;
  RETURN answer;
END $$;
`;

export const procedures = writes + apply;
