import { AIMessage, HumanMessage, ToolMessage, type AIMessageChunk } from '@langchain/core/messages';
import { describe, expect, test } from 'vitest';
import { ScriptedChatModel } from '../../src/testing/index.js';

const look = { name: 'look', args: { at: 'order 7' } };
const script = [[look, { name: 'look', args: { at: 'order 8' } }], 'Both are on their way.'];

describe('the scripted chat model', () => {
  test('plays by the conversation alone: another instance goes on where the first one was', async () => {
    const asked = new HumanMessage('Where are my orders?');
    const first = await new ScriptedChatModel({ script }).invoke([asked]);
    expect(first.tool_calls?.map(({ name, args, id }) => [name, args['at'], id])).toEqual([
      ['look', 'order 7', 'call_0_0'],
      ['look', 'order 8', 'call_0_1'],
    ]);
    const results = first.tool_calls!.map(({ id }) => new ToolMessage({ content: 'shipped', tool_call_id: id! }));
    const again = await new ScriptedChatModel({ script }).invoke([asked, first, ...results]);
    expect(again.text).toBe('Both are on their way.');
  });

  test('begins anew after each message of the user, with new ids for its tool calls', async () => {
    const before = [new HumanMessage('hi'), new AIMessage('hello'), new HumanMessage('Where?')];
    const { tool_calls } = await new ScriptedChatModel({ script }).invoke(before);
    expect(tool_calls?.map(({ id }) => id)).toEqual(['call_1_0', 'call_1_1']);
  });

  test('streams the same message as it returns', async () => {
    const model = new ScriptedChatModel({ script: [{ text: 'Let me see.', toolCalls: [look] }] });
    let streamed: AIMessageChunk | undefined;
    let chunks = 0;
    for await (const chunk of await model.stream('hi')) {
      streamed = streamed ? streamed.concat(chunk) : chunk;
      chunks += 1;
    }
    const whole = await model.invoke('hi');
    expect(chunks).toBeGreaterThan(2);
    expect(streamed?.text).toBe(whole.text);
    expect(streamed?.tool_calls).toEqual(whole.tool_calls);
    expect(streamed?.usage_metadata).toMatchObject(whole.usage_metadata!);
    expect(whole.usage_metadata!.total_tokens).toBeGreaterThan(0);
  });

  test('takes its time, and stops waiting when it is aborted', async () => {
    const model = new ScriptedChatModel({ script: ['done'], latencyMs: 60_000 });
    const started = performance.now();
    await expect(model.invoke('hi', { signal: AbortSignal.timeout(30) })).rejects.toThrow(/abort/i);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('says when the conversation is longer than the script', async () => {
    const conversation = [new HumanMessage('hi'), new AIMessage('a'), new AIMessage('b')];
    await expect(new ScriptedChatModel({ script }).invoke(conversation)).rejects.toMatchObject({
      code: 'AGENT_INVALID',
    });
  });
});
