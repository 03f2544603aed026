/**
 * task() inside an entrypoint. A blocked task never throws into the body, which might catch it: its promise stays open, and when
 * nothing else of the body runs the slice is ended by `context.blocked`. A final failure is thrown into the body, as in LangGraph.
 */
import { getConfig, isGraphBubbleUp } from '@langchain/langgraph';
import { taskOf, type ScheduleCall } from './adapter.js';
import { describeFailure, fromLangGraph } from './failure.js';
import type { NodeRules } from './node-rules.js';
import { runBounded } from './node-timeout.js';
import type { SliceContext } from './slice-context.js';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function gateCalls(schedule: ScheduleCall, context: SliceContext, body: NodeRules): ScheduleCall {
  let running = 0;
  /** A body that goes on after a task starts the next one within a few turns; when it does not, it waits for a blocked one. */
  const endWhenIdle = async (): Promise<void> => {
    for (let turns = 0; turns < 5; turns++) {
      await turn();
      if (running > 0) return;
    }
    context.blocked.abort();
  };

  return (func, name, args, options) => {
    const policy = options.retry ? fromLangGraph(options.retry) : body.explicit ? undefined : body.policy;
    const gated = async (...given: unknown[]): Promise<unknown> => {
      const config = getConfig();
      const taskId = taskOf(config).id;
      const attempt = (context.tries.get(taskId) ?? 0) + 1;
      running++;
      try {
        await context.observer.entered(taskId, name);
        return await runBounded(async () => func(...given), config, {
          node: name,
          timeout: options.timeout,
          abort: context.abort,
          graceMs: context.graceMs,
          abandon: (reason) => context.observer.recycle(reason),
        });
      } catch (e) {
        if (isGraphBubbleUp(e) || context.session.isOwnError(e)) throw e;
        if (!context.abort.aborted) {
          const failure = describeFailure(e, { taskId, node: name, attempt }, policy);
          if (failure.final) {
            if (typeof e === 'object' && e !== null) context.exhausted.add(e);
            throw e;
          }
          context.failures.push(failure);
        }
      } finally {
        context.observer.left(taskId, name);
        running--;
        if (context.failures.length > 0 || context.abort.aborted) void endWhenIdle();
      }
      return never();
    };
    return schedule(gated, name, args, { ...options, retry: undefined, timeout: undefined });
  };
}
