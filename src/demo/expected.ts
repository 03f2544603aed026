import { AIMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import type { HoldfastClient } from '../client/index.js';
import type { Write } from './judge.js';
import type { Ticket } from './serve.js';

/** What the scripted model has to achieve is written down with the requests. */
export function writesAskedFor(tickets: readonly Ticket[]): Write[] {
  return tickets.flatMap((ticket) => [...ticket.request.ledger]);
}

/** A real model decides by itself: what has to be in the ledger is what its tools told it was done. */
export async function writesReported(client: HoldfastClient, tickets: readonly Ticket[]): Promise<Write[]> {
  const writes: Write[] = [];
  for (const { threadId } of tickets) {
    const { values } = await client.threads.state(threadId);
    const { messages = [] } = values as { messages?: BaseMessage[] };
    const calls = messages.filter((m) => AIMessage.isInstance(m)).flatMap((m) => m.tool_calls ?? []);
    for (const message of messages.filter((m) => ToolMessage.isInstance(m))) {
      const call = calls.find(({ id }) => id === message.tool_call_id);
      if (call && message.text.startsWith('done: ')) writes.push({ name: call.name, args: call.args });
    }
  }
  return writes;
}
