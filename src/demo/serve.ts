import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { CustomerRequest } from '../../examples/shop/requests.js';
import type { HoldfastClient } from '../client/index.js';
import { isHoldfastError, messageOf } from '../errors.js';
import type { Run } from '../runs/types.js';

/** One customer's request on its way through the shop's agent. */
export interface Ticket {
  number: number;
  request: CustomerRequest;
  threadId: string;
  /** The newest run of its chain. */
  runId: string;
  state: 'queued' | 'running' | 'asking' | 'done' | 'failed';
  /** Why it failed. */
  why?: string;
}

export interface ServeOptions {
  client: HoldfastClient;
  /** Requests that are worked on at the same time. */
  atOnce: number;
  signal: AbortSignal;
  /** Waits until a request may begin. */
  admit?(ticket: Ticket): Promise<void>;
  /** A person was asked and has decided. */
  decided(ticket: Ticket, what: string, decision: NonNullable<CustomerRequest['decision']>): void;
}

export function queueUp(requests: readonly CustomerRequest[]): Ticket[] {
  return requests.map((request, i) => ({
    number: i + 1,
    request,
    threadId: uuidv7(),
    runId: uuidv7(),
    state: 'queued',
  }));
}

/** Works through the queue with the public client alone, some requests at a time. Ends when every ticket is done or failed. */
export async function serve(tickets: readonly Ticket[], options: ServeOptions): Promise<void> {
  const queue = tickets.values();
  const lane = async (): Promise<void> => {
    for (const ticket of queue) {
      await options.admit?.(ticket);
      await handle(ticket, options).catch((e: unknown) => {
        options.signal.throwIfAborted();
        ticket.state = 'failed';
        ticket.why = messageOf(e);
      });
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, lane));
}

async function handle(ticket: Ticket, options: ServeOptions): Promise<void> {
  const { client, signal } = options;
  const { threadId, request } = ticket;
  const input = { messages: [{ role: 'user', content: request.text }] };
  const runOptions = { recursionLimit: 50 };
  ticket.state = 'running';
  // The run's id is ours, so a start that was lost on the way can be sent again: it is the same run.
  await insist(() => client.runs.start('shop', input, { threadId, runId: ticket.runId, options: runOptions }), signal);
  for (;;) {
    const run = await insist(() => client.runs.wait(ticket.runId, { timeoutMs: 5_000 }), signal);
    if (run.status !== 'interrupted') return settle(ticket, run);
    ticket.state = 'asking';
    await sleep(THINKING_MS, undefined, { signal });
    const decision = request.decision ?? { type: 'approve' as const };
    const answers = Object.fromEntries(run.interrupts.map(({ id }) => [id, { decisions: [decision] }]));
    const next = uuidv7();
    await insist(() => client.runs.resume(run.runId, answers, { runId: next }), signal);
    options.decided(ticket, descriptionOf(run), decision);
    ticket.runId = next;
    ticket.state = 'running';
  }
}

/** How long a person takes to decide, in ms. */
const THINKING_MS = 400;

/** While parts of the stack are down, what was asked is asked again, for this long, in ms. */
const PATIENCE_MS = 60_000;
const FINAL = new Set([
  'AGENT_NOT_FOUND',
  'INPUT_INVALID',
  'INTERRUPT_NOT_FOUND',
  'INTERRUPT_ANSWERED',
  'STATE_CONFLICT',
  'THREAD_BUSY',
]);

async function insist<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let deadline = Date.now() + PATIENCE_MS; ; await sleep(200, undefined, { signal })) {
    try {
      return await ask();
    } catch (e) {
      // Still at work is not an outage.
      if (isHoldfastError(e, 'WAIT_TIMEOUT')) deadline = Date.now() + PATIENCE_MS;
      else if (Date.now() > deadline || (isHoldfastError(e) && FINAL.has(e.code))) throw e;
    }
  }
}

function settle(ticket: Ticket, run: Run): void {
  ticket.state = run.status === 'success' ? 'done' : 'failed';
  if (ticket.state === 'failed') ticket.why = `run ${run.runId} is ${run.status}: ${run.error?.message ?? 'no error'}`;
}

/** What the tool asks, in the words of its payload; a graph may ask anything. */
function descriptionOf({ interrupts }: Run): string {
  const { actionRequests } = (interrupts[0]?.value ?? {}) as { actionRequests?: { description?: string }[] };
  return actionRequests?.[0]?.description ?? 'a question';
}
