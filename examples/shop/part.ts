import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { ScriptedChatModel, turnNumber, type ScriptedTurn } from 'holdfast/testing';
import { requests } from './requests.js';

/** The support agent's model without an API key: it knows the requests of requests.ts and what to do about each. */
export function scriptedSupport(latencyMs: readonly [number, number] = [0, 0]): ScriptedChatModel {
  return new ScriptedChatModel({ script: play, latencyMs: (messages) => thinking(messages, latencyMs) });
}

function play(messages: readonly BaseMessage[]): ScriptedTurn {
  const text = messages.findLast((m) => HumanMessage.isInstance(m))?.text;
  const request = requests.find((r) => r.text === text);
  if (!request)
    return 'I only play a part and know the requests of examples/shop/requests.ts. Set OPENAI_API_KEY or ANTHROPIC_API_KEY.';
  return request.plan[turnNumber(messages)] ?? answer(messages);
}

/** What became of each write, as the tools reported it. */
function answer(messages: readonly BaseMessage[]): string {
  const writes = messages.filter((m) => ToolMessage.isInstance(m)).filter((m) => /^(done|not done)/.test(m.text));
  const lines = writes.map((m) => `- ${m.name}: ${m.text}`);
  return lines.length > 0
    ? ['Here is what I could do for you:', ...lines].join('\n')
    : 'Here is what I found. Anything else?';
}

/** Different from turn to turn, yet the same whenever the same turn is played again. */
function thinking(messages: readonly BaseMessage[], [shortest, longest]: readonly [number, number]): number {
  const turns = messages.filter((m) => AIMessage.isInstance(m)).length;
  const letters = messages.reduce((sum, m) => sum + m.text.length, 0);
  return shortest + ((letters * 7 + turns * 131) % (longest - shortest + 1));
}
