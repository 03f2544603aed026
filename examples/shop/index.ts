import { defineAgent } from 'holdfast';
import { supportAgent } from './agent.js';
import { scriptedSupport } from './part.js';
import { connectToShop } from './shop.js';

const { OPENAI_API_KEY, ANTHROPIC_API_KEY, SHOP_MODEL, SHOP_DATABASE_URL, DATABASE_URL } = process.env;

/** A real model where there is a key for one (any model id of LangChain's initChatModel will do), else the scripted part. */
const model =
  SHOP_MODEL ??
  (OPENAI_API_KEY
    ? 'openai:gpt-5-mini'
    : ANTHROPIC_API_KEY
      ? 'anthropic:claude-sonnet-4-5'
      : scriptedSupport([150, 600]));

const shopDatabase = connectToShop({ databaseUrl: () => SHOP_DATABASE_URL ?? DATABASE_URL, travelMs: [25, 100] });

export const shop = defineAgent({
  name: 'shop',
  version: '1.0.0',
  owner: 'support@example.com',
  graph: supportAgent(model, shopDatabase),
  nodes: { '*': { timeout: '2m', retry: { maximumAttempts: 20 } } }, // an outage of the shop should not reach a customer
});
