import { setTimeout as delay } from 'node:timers/promises';
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseLanguageModelInput } from '@langchain/core/language_models/base';
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BaseChatModelParams,
  type BindToolsInput,
} from '@langchain/core/language_models/chat_models';
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  type BaseMessage,
  type UsageMetadata,
} from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import type { Runnable } from '@langchain/core/runnables';
import { HoldfastError } from '../errors.js';

/** A tool the model asks for. Without an id it gets one from its place in the conversation: the same in every process. */
export interface ScriptedToolCall {
  name: string;
  args: Record<string, unknown>;
  id?: string;
}

/** What the model says in one turn: a text, the tools it calls (together), or both. */
export type ScriptedTurn =
  string | readonly ScriptedToolCall[] | { text: string; toolCalls: readonly ScriptedToolCall[] };

/** The turns that follow each message of the user, in order; or a function of the whole conversation. */
export type Script =
  readonly ScriptedTurn[] | ((messages: readonly BaseMessage[]) => ScriptedTurn | Promise<ScriptedTurn>);

export interface ScriptedChatModelOptions extends BaseChatModelParams {
  script: Script;
  /** How long an answer takes, in ms; a function is given the conversation. Default 0. Ends early when the call is aborted. */
  latencyMs?: number | ((messages: readonly BaseMessage[]) => number);
}

export interface ScriptedCallOptions extends BaseChatModelCallOptions {
  tools?: BindToolsInput[];
}

/**
 * A chat model that plays a part: the same conversation always gets the same next message.
 *
 * It counts nothing itself. The turn to play is the number of AI messages since the last human one, so the part goes on
 * where it was in another process, after a crash, on a copied thread. Works with `createAgent`, tools and streaming, and
 * reports token usage (a quarter of the characters).
 *
 *     const model = new ScriptedChatModel({ script: [[{ name: 'weather', args: { city: 'Oslo' } }], 'Rain.'] });
 *
 * @throws AGENT_INVALID when the conversation asks for a turn that the script does not have.
 */
export class ScriptedChatModel extends BaseChatModel<ScriptedCallOptions> {
  readonly #script: Script;
  readonly #latencyMs: NonNullable<ScriptedChatModelOptions['latencyMs']>;

  constructor({ script, latencyMs = 0, ...rest }: ScriptedChatModelOptions) {
    super(rest);
    this.#script = script;
    this.#latencyMs = latencyMs;
  }

  override _llmType(): string {
    return 'holdfast-scripted';
  }

  /** The script decides what is called; tools are bound for the sake of those who look at the call's options. */
  override bindTools(
    tools: BindToolsInput[],
    options?: Partial<ScriptedCallOptions>,
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, ScriptedCallOptions> {
    return this.withConfig({ ...options, tools });
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    const message = await this.#answer(messages, options.signal);
    return { generations: [{ message, text: message.text }] };
  }

  /** The text word by word, then the tool calls and the usage. */
  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    run?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const message = await this.#answer(messages, options.signal);
    for (const word of message.text.match(/\s*\S+/g) ?? []) {
      const chunk = new ChatGenerationChunk({ text: word, message: new AIMessageChunk({ content: word }) });
      yield chunk;
      await run?.handleLLMNewToken(word, undefined, undefined, undefined, undefined, { chunk });
    }
    const tool_call_chunks = (message.tool_calls ?? []).map(({ name, args, id }, index) => {
      return { type: 'tool_call_chunk' as const, name, args: JSON.stringify(args), id, index };
    });
    const end = new AIMessageChunk({ content: '', tool_call_chunks, usage_metadata: message.usage_metadata });
    yield new ChatGenerationChunk({ text: '', message: end });
  }

  async #answer(messages: readonly BaseMessage[], signal: AbortSignal | undefined): Promise<AIMessage> {
    const latency = typeof this.#latencyMs === 'function' ? this.#latencyMs(messages) : this.#latencyMs;
    if (latency > 0) await delay(latency, undefined, { signal });
    const { text, toolCalls } = whole(
      typeof this.#script === 'function' ? await this.#script(messages) : turnOf(this.#script, messages),
    );
    const place = messages.filter((m) => AIMessage.isInstance(m)).length;
    const tool_calls = toolCalls.map(({ name, args, id }, i) => ({
      type: 'tool_call' as const,
      name,
      args,
      id: id ?? `call_${place}_${i}`,
    }));
    return new AIMessage({
      content: text,
      tool_calls,
      usage_metadata: usage(messages, text + JSON.stringify(toolCalls)),
    });
  }
}

/** How many AI messages follow the last human one: the number of the turn to play. */
export function turnNumber(messages: readonly BaseMessage[]): number {
  const lastHuman = messages.findLastIndex((m) => HumanMessage.isInstance(m));
  return messages.slice(lastHuman + 1).filter((m) => AIMessage.isInstance(m)).length;
}

function turnOf(script: readonly ScriptedTurn[], messages: readonly BaseMessage[]): ScriptedTurn {
  const turn = script[turnNumber(messages)];
  if (turn !== undefined) return turn;
  throw new HoldfastError(
    'AGENT_INVALID',
    `the script has ${script.length} turns, the conversation asks for turn ${turnNumber(messages) + 1}`,
    {
      next: 'let the script end with a text: a turn that calls no tool ends the agent',
    },
  );
}

function whole(turn: ScriptedTurn): { text: string; toolCalls: readonly ScriptedToolCall[] } {
  if (typeof turn === 'string') return { text: turn, toolCalls: [] };
  return 'toolCalls' in turn ? turn : { text: '', toolCalls: turn };
}

function usage(messages: readonly BaseMessage[], answer: string): UsageMetadata {
  const input_tokens = Math.ceil(messages.reduce((sum, m) => sum + m.text.length, 0) / 4);
  const output_tokens = Math.ceil(answer.length / 4);
  return { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens };
}
