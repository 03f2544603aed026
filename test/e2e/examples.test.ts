/** The examples as a newcomer starts them: through langgraph.json, on the real runtime. */
import { randomUUID } from 'node:crypto';
import { AIMessage } from '@langchain/core/messages';
import { Command, MemorySaver } from '@langchain/langgraph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { supportAgent } from '../../examples/shop/agent.js';
import { openShop } from '../../examples/shop/open.js';
import { scriptedSupport } from '../../examples/shop/part.js';
import { requests, type CustomerRequest } from '../../examples/shop/requests.js';
import { connectToShop } from '../../examples/shop/shop.js';
import { loadProject } from '../../src/agent/load-project.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { judge } from '../../src/demo/judge.js';
import { queueUp, serve } from '../../src/demo/serve.js';
import { readShopRecords } from '../../src/demo/shop-records.js';
import { startRuntime, type TestRuntime } from '../support/runtime.js';
import { createTestDatabase } from '../support/stack.js';

const asked = requests.flatMap((request) => [...request.ledger]);
const nothingWrong = { duplicates: [], lost: [], unexpected: [] };

describe('on the runtime', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    const project = await loadProject('examples', {});
    runtime = await startRuntime([...project.agents.values()]);
    process.env['SHOP_DATABASE_URL'] = await openShop(runtime.databaseUrl);
  });
  afterAll(async () => {
    await runtime.close();
    delete process.env['SHOP_DATABASE_URL'];
  });

  test('the shop: every request ends, and its ledger has what was asked for, once', { timeout: 180_000 }, async () => {
    const tickets = queueUp(requests);
    const decisions: string[] = [];
    const { signal } = new AbortController();
    const decided = (_: unknown, what: string, { type }: { type: string }) => decisions.push(`${type}: ${what}`);
    await serve(tickets, { client: runtime.client, atOnce: 12, signal, decided });

    expect(tickets.filter((t) => t.state !== 'done')).toEqual([]);
    const { applied, repeated } = await readShopRecords(runtime.pool);
    expect(judge(asked, applied)).toEqual(nothingWrong);
    expect(repeated).toBe(0);
    expect(decisions).toContain('approve: pays back EUR 150.00 for order 1012');
    expect(decisions).toContain('reject: pays back EUR 200.00 for order 1014');
    expect(decisions).toHaveLength(requests.filter((r) => r.decision).length);
  });

  test('research: a researcher for each question, and one report', async () => {
    const run = await runtime.run('research', { topic: 'tides, wind power and fish' });
    expect(run.status).toBe('success');
    const { values } = await runtime.client.threads.state(run.threadId);
    const { report } = values as { report: string };
    expect(report.match(/^## .*/gm)).toEqual(['## tides', '## wind power', '## fish']);
    expect(report).toContain('Wind power is cheap and fitful.');
    expect(report).toContain('[Wind power, Storage]');
  });

  test('question: goes out only when the editor agrees, after as many remarks as it takes', async () => {
    const first = await runtime.run('question', { topic: 'mugs' });
    expect(first.status).toBe('interrupted');
    expect(first.interrupts[0]?.value).toMatchObject({ draft: 'This week everything is about mugs.' });

    const answer = async (runId: string, value: unknown) =>
      runtime.client.runs.wait((await runtime.client.runs.resume(runId, value)).runId);
    const second = await answer(first.runId, 'shorter');
    expect(second).toMatchObject({ status: 'interrupted', resumesRunId: first.runId, chainId: first.runId });
    const third = await answer(second.runId, true);
    expect(third.status).toBe('success');
    const { values } = await runtime.client.threads.state(first.threadId);
    expect(values).toMatchObject({ sent: 'This week everything is about mugs. (shorter)', remarks: ['shorter'] });
  });
});

describe('the shop agent on plain LangGraph', () => {
  let pool: Pool;
  let shop: ReturnType<typeof connectToShop>;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool(database.url);
    shop = connectToShop({ databaseUrl: () => openShop(database.url) });
  });
  afterAll(async () => {
    await shop.close();
    await pool.end();
    await database.drop();
  });

  test('does the same without us', async () => {
    const agent = supportAgent(scriptedSupport(), shop);
    agent.checkpointer = new MemorySaver();
    const serveOne = async ({ text, decision }: CustomerRequest) => {
      const config = { configurable: { thread_id: randomUUID() } };
      let state = await agent.invoke({ messages: [{ role: 'user', content: text }] }, config);
      const questions = state.__interrupt__ ?? [];
      expect(questions).toHaveLength(decision ? 1 : 0);
      for (const { id } of questions)
        state = await agent.invoke(new Command({ resume: { [id!]: { decisions: [decision] } } }), config);
      expect(state.messages.at(-1)).toBeInstanceOf(AIMessage);
    };
    await Promise.all(requests.map(serveOne));

    const { applied } = await readShopRecords(pool);
    expect(judge(asked, applied)).toEqual(nothingWrong);
  });

  test('its ledger cannot be changed afterwards', async () => {
    await expect(pool.query('DELETE FROM shop.ledger')).rejects.toThrow('append-only');
    await expect(pool.query(`UPDATE shop.ledger SET kind = 'refund'`)).rejects.toThrow('append-only');
    await expect(pool.query('TRUNCATE shop.calls CASCADE')).rejects.toThrow('append-only');
  });

  test('a write that arrives twice under one key takes effect once, under two keys twice, and the judge sees that', async () => {
    const credit = { name: 'give_credit', args: { customer_id: 'C05', amount_cents: 500 } };
    const before = judge([...asked, credit], (await readShopRecords(pool)).applied);
    expect(before.lost).toEqual([credit]);
    for (const key of ['thread/call', 'thread/call', 'thread/other']) await shop.write(key, credit.name, credit.args);
    const { applied, repeated } = await readShopRecords(pool);
    expect(repeated).toBe(1);
    expect(judge([...asked, credit], applied)).toEqual({ duplicates: [credit], lost: [], unexpected: [] });
  });
});
