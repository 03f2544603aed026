import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { RunnableConfig } from '@langchain/core/runnables';
import { NodeTimeoutError } from '@langchain/langgraph';
import type { NodeTimeout } from './adapter.js';

interface Bounds {
  node: string;
  timeout: NodeTimeout | undefined;
  /** Aborted when the run is cancelled. */
  abort: AbortSignal;
  /** ms that code which was told to stop may still take. */
  graceMs: number;
  /** Resolves when the code has really ended; its own promise may say so too early. */
  ended?(): Promise<void>;
  /** Called when it takes longer. Does not return. */
  abandon(reason: string): Promise<never>;
}

/**
 * Runs node code under its timeout and the run's abort signal. Either one aborts `config.signal` and then waits for the code to
 * settle, since abandoned code would run beside its own retry; past the grace period the process is given up.
 * Policy and semantics of run and idle timeouts are LangGraph's (pregel/timeout.ts).
 * @throws NodeTimeoutError when a timeout fired, whatever the code then did.
 */
export async function runBounded<T>(
  code: (config: RunnableConfig) => Promise<T>,
  config: RunnableConfig,
  { node, timeout, abort, graceMs, ended, abandon }: Bounds,
): Promise<T> {
  const stop = new AbortController();
  const since = Date.now();
  const clock = timeout && new Clock(timeout);
  let fired: NodeTimeoutError | undefined;
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (reason: unknown) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => (giveUp = reject));

  const stopCode = (reason: unknown): void => {
    if (stop.signal.aborted) return;
    stop.abort(reason);
    grace = setTimeout(() => {
      abandon(`node "${node}" did not stop within ${graceMs} ms after it was told to`).catch(giveUp);
    }, graceMs);
  };
  const onAbort = (): void => stopCode(abort.reason);
  const onTimeout = (kind: 'run' | 'idle'): void => {
    fired ??= new NodeTimeoutError({ ...timeout, node, kind, elapsed: Date.now() - since });
    stopCode(fired);
  };

  abort.addEventListener('abort', onAbort, { once: true });
  if (abort.aborted) onAbort();
  clock?.start(onTimeout);
  try {
    const signal = config.signal ? AbortSignal.any([config.signal, stop.signal]) : stop.signal;
    const result = await Promise.race([
      code(clock ? clock.watch({ ...config, signal }) : { ...config, signal }),
      givenUp,
    ]);
    if (fired) throw fired;
    return result;
  } catch (e) {
    if (stop.signal.aborted && ended) await Promise.race([ended(), givenUp]);
    throw fired ?? e;
  } finally {
    clock?.stop();
    clearTimeout(grace);
    abort.removeEventListener('abort', onAbort);
  }
}

/** The two timers of LangGraph's TimeoutPolicy; progress moves the idle one. */
class Clock {
  #run: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  readonly #timeout: NodeTimeout;

  constructor(timeout: NodeTimeout) {
    this.#timeout = timeout;
  }

  start(fire: (kind: 'run' | 'idle') => void): void {
    const { runTimeout, idleTimeout } = this.#timeout;
    if (runTimeout !== undefined) this.#run = setTimeout(fire, runTimeout, 'run');
    if (idleTimeout !== undefined) this.#idle = setTimeout(fire, idleTimeout, 'idle');
  }

  stop(): void {
    clearTimeout(this.#run);
    clearTimeout(this.#idle);
  }

  /** Progress is what LangGraph counts as such: callbacks and stream writes of the node, and `runtime.heartbeat()`. */
  watch(config: RunnableConfig): RunnableConfig {
    if (this.#timeout.idleTimeout === undefined) return config;
    const progress = (): void => void this.#idle?.refresh();
    const watched = { ...config, heartbeat: progress } as RunnableConfig & { writer?: (chunk: unknown) => void };
    if (this.#timeout.refreshOn === 'heartbeat') return watched;
    const { writer } = watched;
    if (writer) {
      watched.writer = (chunk) => {
        progress();
        writer(chunk);
      };
    }
    watched.callbacks = withHandler(config.callbacks, progressHandler(progress));
    return watched;
  }
}

function progressHandler(progress: () => void): BaseCallbackHandler {
  return BaseCallbackHandler.fromMethods({
    handleLLMStart: progress,
    handleChatModelStart: progress,
    handleLLMNewToken: progress,
    handleLLMEnd: progress,
    handleChainStart: progress,
    handleChainEnd: progress,
    handleToolStart: progress,
    handleToolEnd: progress,
    handleRetrieverStart: progress,
    handleRetrieverEnd: progress,
    handleCustomEvent: progress,
  });
}

function withHandler(
  callbacks: RunnableConfig['callbacks'],
  handler: BaseCallbackHandler,
): NonNullable<RunnableConfig['callbacks']> {
  if (!callbacks) return [handler];
  if (Array.isArray(callbacks)) return [...callbacks, handler];
  const copy = callbacks.copy();
  copy.addHandler(handler, true);
  return copy;
}
