import { tool, type ToolRuntime } from 'langchain';
import { z } from 'zod';
import { decide } from './approval.js';
import type { Shop } from './shop.js';

const orderId = z.string().describe('such as 1042');
const sku = z.string().describe('as in the order or in the search, such as MUG-BLUE');
const amountCents = z.number().int().positive().describe('in cents');

export function readingTools(shop: Shop) {
  return [
    tool(async ({ email }) => JSON.stringify(await shop.findCustomer(email)), {
      name: 'find_customer',
      description: 'The customer with this e-mail address, with the ids of all orders.',
      schema: z.object({ email: z.string() }),
    }),
    tool(async ({ order_id }) => JSON.stringify(await shop.order(order_id)), {
      name: 'get_order',
      description: 'Status, address, items and payments of an order.',
      schema: z.object({ order_id: orderId }),
    }),
    tool(async ({ words }) => JSON.stringify(await shop.searchProducts(words)), {
      name: 'search_products',
      description: 'Products whose name has all of these words, with price and stock.',
      schema: z.object({ words: z.string() }),
    }),
  ];
}

export function writingTools(shop: Shop) {
  return [
    writing(shop, {
      name: 'cancel_order',
      description: 'Cancels a pending order and pays back what was paid.',
      schema: z.object({ order_id: orderId, reason: z.enum(['not_needed', 'by_mistake']) }),
      consequence: async ({ order_id }) => {
        const paid = await shop.paidCents(order_id);
        return paid > 250_00 ? `cancels order ${order_id} and pays back ${euros(paid)}` : undefined;
      },
    }),
    writing(shop, {
      name: 'refund',
      description: 'Pays back a part of what was paid for an order.',
      schema: z.object({
        order_id: orderId,
        amount_cents: amountCents,
        reason: z.enum(['damaged', 'late', 'goodwill']),
      }),
      consequence: ({ order_id, amount_cents }) =>
        amount_cents > 100_00 ? `pays back ${euros(amount_cents)} for order ${order_id}` : undefined,
    }),
    writing(shop, {
      name: 'change_address',
      description: 'Changes where a pending order goes.',
      schema: z.object({ order_id: orderId, address: z.string().describe('street and number, city') }),
    }),
    writing(shop, {
      name: 'return_item',
      description: 'Takes back an item of a delivered order and pays its price back.',
      schema: z.object({ order_id: orderId, sku }),
    }),
    writing(shop, {
      name: 'exchange_item',
      description: 'Exchanges an item of a delivered order for another one; the difference is charged or paid back.',
      schema: z.object({ order_id: orderId, sku, new_sku: sku }),
    }),
    writing(shop, {
      name: 'give_credit',
      description: 'Gives a customer credit for the next order.',
      schema: z.object({ customer_id: z.string().describe('such as C01'), amount_cents: amountCents }),
      consequence: ({ customer_id, amount_cents }) =>
        amount_cents > 50_00 ? `gives customer ${customer_id} a credit of ${euros(amount_cents)}` : undefined,
    }),
  ];
}

interface Writing<S extends z.ZodObject> {
  name: string;
  description: string;
  schema: S;
  /** What a person has to agree to first; undefined when the agent may do it alone. */
  consequence?: (args: z.infer<S>) => string | undefined | Promise<string | undefined>;
}

/** A tool that changes something: it asks first when that is needed, and one tool call is one write, however often it runs. */
function writing<S extends z.ZodObject>(shop: Shop, { name, description, schema, consequence }: Writing<S>) {
  const write = async (args: z.infer<S>, runtime: ToolRuntime): Promise<string> => {
    const asks = await consequence?.(args);
    const decision = asks ? decide({ name, args, description: asks }) : undefined;
    if (decision?.type === 'reject')
      return `not done, a colleague decided against it: ${decision.message ?? 'no reason given'}`;
    const receipt = await shop.write(`${String(runtime.configurable?.thread_id)}/${runtime.toolCallId}`, name, args);
    return receipt.refused ? `not done, the shop refused: ${receipt.refused}` : `done: ${JSON.stringify(receipt)}`;
  };
  return tool(write, { name, description, schema });
}

const euros = (cents: number): string => `EUR ${(cents / 100).toFixed(2)}`;
