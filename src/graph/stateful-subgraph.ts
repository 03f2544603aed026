/**
 * A subgraph with its own checkpointer (`checkpointer: true`) keeps its state for the thread, under a namespace without task ids.
 * What LangGraph decides once, in the process that starts a run, has to be decided again in every slice.
 */
import type { RunnableConfig } from '@langchain/core/runnables';
import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph';
import { isResuming, parentCheckpointId, statefulNamespace, withReplay, withResuming } from './adapter.js';
import type { SliceContext } from './slice-context.js';

/**
 * It resumes only if it had begun for this very task; else it starts with its new input. In a run that began at an older
 * checkpoint it starts, the first time, with the state that it had there.
 */
export async function enterStatefulSubgraph(config: RunnableConfig, context: SliceContext): Promise<RunnableConfig> {
  const { session, runId, forkedFrom } = context;
  if (!isResuming(config) && forkedFrom === undefined) return config;
  const thread_id: unknown = config.configurable?.['thread_id'];
  const newest = await session.getTuple({ configurable: { thread_id, checkpoint_ns: statefulNamespace(config) } });
  if (forkedFrom !== undefined && writerOf(newest) !== runId) {
    const before = await replayedFrom(session, { thread_id, checkpoint_ns: '' }, forkedFrom);
    return withResuming(
      withReplay(config, (saver, at) => newestBefore(saver, at, before)),
      false,
    );
  }
  if (!isResuming(config)) return config;
  const parent = parentCheckpointId(config);
  const begun = parent !== undefined && Object.values(newest?.metadata?.parents ?? {}).includes(parent);
  return withResuming(config, begun);
}

const writerOf = (tuple: CheckpointTuple | undefined): string | undefined =>
  (tuple?.metadata as { run_id?: string } | undefined)?.run_id;

/** An edit or a fork stands for the checkpoint it was made from (pregel/loop.ts, _first). */
async function replayedFrom(session: BaseCheckpointSaver, root: object, checkpoint_id: string): Promise<string> {
  const target = await session.getTuple({ configurable: { ...root, checkpoint_id } });
  const { source } = target?.metadata ?? {};
  const parent = target?.parentConfig?.configurable?.['checkpoint_id'] as string | undefined;
  return (source === 'update' || source === 'fork' ? parent : undefined) ?? checkpoint_id;
}

async function newestBefore(
  saver: BaseCheckpointSaver,
  at: RunnableConfig,
  checkpoint_id: string,
): Promise<CheckpointTuple | undefined> {
  const older = saver.list(at, { before: { configurable: { checkpoint_id } }, limit: 1 });
  const { value } = (await older.next()) as { value: CheckpointTuple | undefined };
  await older.return(undefined);
  return value;
}
