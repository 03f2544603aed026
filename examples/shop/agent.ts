import type { LanguageModelLike } from '@langchain/core/language_models/base';
import { createAgent, createMiddleware } from 'langchain';
import type { Shop } from './shop.js';
import { readingTools, writingTools } from './tools.js';

const systemPrompt = `You are the support agent of a shop for home and outdoor goods. You handle one message of a customer.
- Find the customer by e-mail before you look at or change an order. Only the customer's own orders are your business.
- Look at an order before you change it. Amounts are in cents.
- Do what the customer asks with your tools, at once, without asking back; several independent changes can be made together.
- When a tool says that something was not done, do not try another way: tell the customer.
- Answer in the end in two or three sentences: what you did, and what you could not do.`;

/**
 * An error that a tool throws is an outage, and retrying is the runtime's business: the step fails and runs again.
 * Without this, LangChain would show the error to the model, which would apologize to the customer.
 */
const outagesFailTheStep = createMiddleware({
  name: 'outages-fail-the-step',
  wrapToolCall: (request, handler) => handler(request),
});

/** A plain LangChain agent: nothing in it knows where it runs. */
export function supportAgent(model: string | LanguageModelLike, shop: Shop) {
  return createAgent({
    model,
    tools: [...readingTools(shop), ...writingTools(shop)],
    systemPrompt,
    middleware: [outagesFailTheStep],
  });
}
