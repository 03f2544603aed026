import { defineAgent } from 'holdfast';
import { supportAgent } from './agent.js';
import { supportModel } from './model.js';
import { openShop } from './open.js';
import { connectToShop } from './shop.js';
import { shopDatabaseUrl } from './where.js';

const { env } = process;
const ourShop = connectToShop({ databaseUrl: () => openShop(shopDatabaseUrl(env)), travelMs: [25, 100] });

/** The unchanged agent, and around it what production needs. */
export const shop = defineAgent({
  name: 'shop',
  version: '1.0.0',
  owner: 'support@example.com',
  graph: supportAgent(supportModel(), ourShop),
  nodes: { '*': { timeout: '2m', retry: { maximumAttempts: 10, maximumInterval: '10s' } } }, // no customer shall notice an outage
});
