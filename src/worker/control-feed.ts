import { listen } from '../db/listen.js';
import type { Pool } from '../db/pool.js';
import { CONTROL_CHANNEL, controlsOf } from '../runs/control.js';
import type { Control } from '../runs/types.js';
import type { Logger } from '../telemetry/log.js';

export interface ControlFeedDeps {
  pool: Pool;
  databaseUrl: string;
  log: Logger;
  /** The threads that run here now. */
  threads(): string[];
  onControl(threadId: string, control: Control): void;
}

/**
 * Tells at once when a thread that runs here is asked to stop, instead of at its next commit or heartbeat. A convenience, not the
 * guarantee: every commit reads the control too, so a lost notification costs time only.
 */
export function feedControl({ pool, databaseUrl, log, threads, onControl }: ControlFeedDeps): {
  close(): Promise<void>;
} {
  const look = async (ids: string[]) => {
    if (ids.length === 0) return;
    try {
      for (const { threadId, control } of await controlsOf(pool, ids)) onControl(threadId, control);
    } catch (e) {
      log.debug({ err: e }, 'could not read what threads are asked to do');
    }
  };
  return listen({
    databaseUrl,
    channel: CONTROL_CHANNEL,
    onPayload: (threadId) => void look(threads().filter((id) => id === threadId)),
    onConnected: () => void look(threads()),
    onLost: (e) => log.debug({ err: e }, 'the listening connection was lost'),
  });
}
