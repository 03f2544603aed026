/** Proves at worker start that the installed LangGraph behaves as adapter.ts believes; a version that does not is refused. */
import { Annotation, isGraphDrained, MemorySaver, RunControl, START, StateGraph } from '@langchain/langgraph';
import type { RunnableConfig } from '@langchain/core/runnables';
import { HoldfastError } from '../errors.js';
import { blocked, taskOf } from './adapter.js';

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
});

/** @throws LANGGRAPH_UNSUPPORTED naming what does not hold. */
export async function selfTest(): Promise<void> {
  await check(
    'a task that throws an empty GraphInterrupt leaves its superstep uncommitted and its siblings saved',
    blocks,
  );
  await check('a drain asked for at a commit ends the run there', drains);
}

async function blocks(): Promise<boolean> {
  let open = false;
  let task = '';
  let siblings = 0;
  const saver = new MemorySaver();
  const graph = new StateGraph(State)
    .addNode('gated', (_: unknown, config: RunnableConfig) => {
      task = taskOf(config).id;
      if (!open) throw blocked();
      return { log: ['gated'] };
    })
    .addNode('sibling', () => {
      siblings++;
      return { log: ['sibling'] };
    })
    .addEdge(START, 'gated')
    .addEdge(START, 'sibling')
    .compile({ checkpointer: saver });
  const config = { configurable: { thread_id: 'self-test' }, durability: 'sync' as const };
  await graph.invoke({ log: [] }, config);
  const tuple = await saver.getTuple(config);
  const saved = new Set((tuple?.pendingWrites ?? []).map(([id]) => id));
  const uncommitted = tuple?.metadata?.step === 0 && task !== '' && !saved.has(task) && saved.size === 1;
  open = true;
  const { log } = await graph.invoke(null, config);
  return uncommitted && siblings === 1 && log.length === 2;
}

async function drains(): Promise<boolean> {
  const control = new RunControl();
  const saver = new MemorySaver();
  const put = saver.put.bind(saver);
  saver.put = async (...args: Parameters<typeof put>) => {
    const result = await put(...args);
    if (args[2].step === 0) control.requestDrain('self-test');
    return result;
  };
  const graph = new StateGraph(State)
    .addNode('a', () => ({ log: ['a'] }))
    .addEdge(START, 'a')
    .compile({ checkpointer: saver });
  try {
    await graph.invoke({ log: [] }, { configurable: { thread_id: 'self-test' }, durability: 'sync', control });
    return false;
  } catch (e) {
    return isGraphDrained(e) && (await graph.getState({ configurable: { thread_id: 'self-test' } })).next[0] === 'a';
  }
}

async function check(claim: string, holds: () => Promise<boolean>): Promise<void> {
  let cause: unknown;
  const held = await holds().catch((e: unknown) => {
    cause = e;
    return false;
  });
  if (held) return;
  throw new HoldfastError(
    'LANGGRAPH_UNSUPPORTED',
    `the installed @langchain/langgraph does not behave as the engine needs: ${claim}`,
    {
      next: 'install a version of @langchain/langgraph that Holdfast supports (>=1.4 <2; tested with 1.4.18)',
      cause,
    },
  );
}
