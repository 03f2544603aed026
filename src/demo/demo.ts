import { rmSync, writeFileSync } from 'node:fs';
import { openShop } from '../../examples/shop/open.js';
import { requests } from '../../examples/shop/requests.js';
import { createClient, type HoldfastClient } from '../client/index.js';
import { createPool, type Pool } from '../db/pool.js';
import { startDevStack, type DevStack } from './dev-stack.js';
import { writesAskedFor, writesReported } from './expected.js';
import { tellOfFailedSteps } from './failed-steps.js';
import { judge } from './judge.js';
import { createKillPlan, leastKills, victimsOf } from './kill-plan.js';
import type { Kill } from './kills.js';
import type { DemoOptions } from './options.js';
import type { Progress } from './progress.js';
import { freshProject } from './project.js';
import { outageOf, recoveriesFrom } from './recovery.js';
import { complaintsOf, figuresOf, verdictOf, type Outcome } from './report.js';
import { queueUp, serve, type ServeOptions, type Ticket } from './serve.js';
import { readShopRecords } from './shop-records.js';
import { tellingTimeline } from './timeline.js';

export interface DemoContext {
  options: DemoOptions;
  /** The folder of the examples. */
  examples: string;
  /** The compiled `holdfast` command. */
  cli: string;
  /** The real model that plays; undefined when a scripted one does. */
  model: string | undefined;
  progress: Progress;
  style: { color: boolean; width: number };
  signal: AbortSignal;
}

/** The whole demo. True when every figure is as it has to be. What it started is ended, whatever happens. */
export async function runDemo(context: DemoContext): Promise<boolean> {
  const { options, progress, examples, cli, signal } = context;
  const dir = freshProject(examples);
  introduce(context, dir);
  let good = false;
  try {
    const onLine = (line: string): void => progress.status(`starting: ${line}`);
    const stack = await startDevStack({ dir, cli, workers: options.workers, signal, onLine });
    try {
      good = pronounce(context, await withClient(stack, (client, pool) => work(context, stack, client, pool)));
      if (!good) progress.say(`the log of the stack: ${stack.logFile}`);
    } finally {
      progress.clear();
      if (options.keep) explainKept(context, stack, dir);
      else await stack.stop();
    }
  } finally {
    if (!options.keep && (good || signal.aborted)) rmSync(dir, { recursive: true, force: true });
  }
  return good;
}

function pronounce({ options, progress }: DemoContext, outcome: Outcome): boolean {
  const complaints = complaintsOf(outcome, leastKills(options.kill));
  progress.say("\nVerdict, from the shop's own append-only ledger:\n");
  progress.say(verdictOf(outcome));
  for (const complaint of complaints) progress.say(`  WRONG: ${complaint}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(figuresOf(outcome), null, 2)}\n`);
  progress.say(complaints.length === 0 ? '\nEvery figure is as it has to be.' : '\nSomething is wrong.');
  return complaints.length === 0;
}

async function work(
  { options, progress, model, style, signal }: DemoContext,
  stack: DevStack,
  client: HoldfastClient,
  pool: Pool,
): Promise<Outcome> {
  const dev = stack.read();
  await openShop(dev?.database_url ?? '', { anew: true });
  progress.clear();
  progress.say(`up: PostgreSQL, Temporal at ${dev?.temporal_address}, workers ${dev?.workers.join(' and ')}\n`);

  const tickets = queueUp(requests.slice(0, options.requests));
  const kills: Kill[] = [];
  const since = Date.now();
  const say = (text: string, at = Date.now()): void =>
    progress.say(`${((at - since) / 1000).toFixed(1).padStart(5)} s  ${text}`);
  const ticker = setInterval(() => progress.status(standing(tickets, kills, stack)), 100);
  const served = new AbortController();
  const plan = createKillPlan({
    victims: victimsOf(options.kill, options.requests),
    tickets,
    pool,
    signal: AbortSignal.any([signal, served.signal]),
    pidOf: stack.pidOf,
    onKill(kill) {
      kills.push(kill);
      say(`SIGKILL ${kill.victim} ${kill.pid} ${kill.moment}`, kill.at.getTime());
    },
    onMiss: ({ pid, at }) => say(`SIGKILL worker ${pid}, a moment after its node had ended: not counted`, at.getTime()),
  });
  const decided: ServeOptions['decided'] = ({ number }, what, { type }) =>
    say(`decided for request ${number}: ${type === 'approve' ? 'approved' : 'REJECTED'}, ${what}`);
  const atOnce = options.requests < 20 ? 2 : 4;
  try {
    const serving = serve(tickets, { client, atOnce, signal, admit: plan.admit, decided });
    void tellOfFailedSteps(pool, say, served.signal);
    await Promise.all([serving.finally(() => served.abort()), plan.carryOut()]);
  } catch (e) {
    if (signal.aborted || !served.signal.aborted) throw e; // kills that found no moment are missing in the verdict
  } finally {
    clearInterval(ticker);
  }
  progress.clear();

  const timeline = await tellingTimeline(client, kills, tickets, style);
  if (timeline)
    progress.say(
      `\nOne of them across a crash, request ${timeline.ticket.number}: "${timeline.ticket.request.text}"\n\n${timeline.text}`,
    );
  const records = await readShopRecords(pool);
  const expected = model ? await writesReported(client, tickets) : writesAskedFor(tickets);
  const workers = kills.filter((kill) => kill.victim === 'worker');
  const others = kills.filter((kill) => kill.victim !== 'worker');
  return {
    tickets,
    kills,
    records,
    judgement: judge(expected, records.applied),
    recoveryMs: (await Promise.all(workers.map((kill) => recoveriesFrom(pool, kill)))).flat(),
    outages: await Promise.all(others.map(async (kill) => ({ victim: kill.victim, ms: await outageOf(pool, kill) }))),
  };
}

async function withClient<T>(stack: DevStack, use: (client: HoldfastClient, pool: Pool) => Promise<T>): Promise<T> {
  const dev = stack.read();
  if (!dev) throw new Error('dev.json is gone');
  const pool = createPool(dev.database_url, { max: 10, name: 'holdfast-demo' });
  try {
    const temporal = { address: dev.temporal_address, namespace: dev.namespace };
    const client = createClient({ databaseUrl: dev.database_url, temporal });
    return await use(client, pool).finally(() => client.close());
  } finally {
    await pool.end();
  }
}

function standing(tickets: readonly Ticket[], kills: readonly Kill[], stack: DevStack): string {
  const count = (state: Ticket['state']): number => tickets.filter((t) => t.state === state).length;
  const asking = count('asking') > 0 ? `, ${count('asking')} waiting for a decision` : '';
  const workers = stack.read()?.workers.join(' ') ?? 'none';
  return `${count('done')} of ${tickets.length} done, ${count('running')} at work${asking} | workers ${workers} | ${kills.length} killed`;
}

function introduce({ options, model, progress }: DemoContext, dir: string): void {
  const who = model
    ? `The model is ${model}.`
    : 'The model is a SCRIPTED part: no API key is set (OPENAI_API_KEY or ANTHROPIC_API_KEY). Everything else is real.';
  progress.say(
    `A shop's support agent (LangChain createAgent, examples/shop) works through ${options.requests} customer requests on ` +
      `${options.workers} workers, which are killed meanwhile.\n${who}\nThe stack's data: ${dir}`,
  );
}

function explainKept({ progress, cli }: DemoContext, stack: DevStack, dir: string): void {
  const dev = stack.read();
  const rows = {
    database: dev?.database_url,
    Temporal: dev?.temporal_address,
    ...dev?.urls,
    look: `cd ${dir} && node ${cli} run ls`,
    'end it': `kill -INT ${stack.pid} && rm -r ${dir}`,
  };
  progress.say(`\nThe stack stays up: holdfast dev, pid ${stack.pid}`);
  for (const [name, value] of Object.entries(rows)) progress.say(`  ${name.replace('_', ' ').padEnd(20)}${value}`);
}
