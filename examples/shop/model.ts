import { scriptedSupport } from './part.js';

type Variables = Record<string, string | undefined>;

/** A real model where there is a key for one (SHOP_MODEL names any of LangChain's initChatModel), else none. */
export function modelName(dotenv: Variables = {}): string | undefined {
  const env: Variables = { ...dotenv, ...process.env };
  if (env['SHOP_MODEL']) return env['SHOP_MODEL'];
  if (env['OPENAI_API_KEY']) return 'openai:gpt-5-mini';
  if (env['ANTHROPIC_API_KEY']) return 'anthropic:claude-sonnet-4-5';
  return undefined;
}

/** LangChain makes a model of a name; the scripted one takes about as long as a real one to answer. */
export const supportModel = () => modelName() ?? scriptedSupport([150, 600]);
