import pg from 'pg';

export interface ListenOptions {
  databaseUrl: string;
  channel: string;
  onPayload(payload: string): void;
  /** After each (re)connection: what was notified before it is lost, so look at the tables. */
  onConnected?(): void;
  /** A connection was lost or could not be made; the next try follows. */
  onLost?(error: unknown): void;
}

export interface Listening {
  close(): Promise<void>;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * LISTEN on a direct connection of its own: a pooled one is shared, and PgBouncer's transaction mode drops notifications.
 * Reconnects for ever with backoff. `channel` is a constant of ours, never a person's input.
 */
export function listen(options: ListenOptions): Listening {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let retryMs = FIRST_RETRY_MS;

  const connect = async () => {
    const connection = new pg.Client({
      connectionString: options.databaseUrl,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'holdfast-listen',
    });
    let lost = false;
    const again = (error: unknown) => {
      if (lost || closed) return;
      lost = true;
      options.onLost?.(error);
      void connection.end().catch(() => undefined);
      timer = setTimeout(() => void connect(), retryMs);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    };
    client = connection;
    connection.on('error', again);
    connection.on('end', () => again(new Error('the connection was closed')));
    connection.on('notification', ({ payload }) => options.onPayload(payload ?? ''));
    try {
      await connection.connect();
      await connection.query(`LISTEN ${pg.escapeIdentifier(options.channel)}`);
      retryMs = FIRST_RETRY_MS;
      if (!closed) options.onConnected?.();
    } catch (e) {
      again(e);
    }
  };
  void connect();

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
