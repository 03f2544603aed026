import { databaseError } from '../db/errors.js';
import { listen } from '../db/listen.js';
import { SCHEMA_VERSION, schemaVersion } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import { HoldfastError } from '../errors.js';
import { liveWorkers } from '../runs/workers.js';
import { maskUrl } from '../settings/index.js';
import { check, skipped, timing, type Check } from './doctor-checks.js';

const OLDEST_MAJOR = 14;
const GOOD_ROUND_TRIP_MS = 5;
const NOTIFY_WITHIN_MS = 3_000;

/** PostgreSQL: reachable, its version, its round trip, our schema, notifications, and the workers it knows of. */
export async function checkPostgres(databaseUrl: string): Promise<Check[]> {
  const pool = createPool(databaseUrl, { max: 2, name: 'holdfast-doctor' });
  try {
    const reachable = await check('postgres', () => connect(pool, databaseUrl));
    if (reachable.status === 'failed') {
      return [
        reachable,
        ...['round trip', 'schema', 'notifications', 'workers'].map((name) => skipped(name, 'no database')),
      ];
    }
    const schema = await check('schema', () => checkSchema(pool));
    return [
      reachable,
      await check('round trip', () => roundTrip(pool)),
      schema,
      await check('notifications', () => notifications(pool, databaseUrl)),
      schema.status === 'ok' ? await check('workers', () => workers(pool)) : skipped('workers', 'no schema'),
    ];
  } finally {
    await pool.end();
  }
}

async function connect(pool: Pool, databaseUrl: string): Promise<string> {
  try {
    const { rows } = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
    const version = rows[0]?.version ?? '';
    if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return `PostgreSQL ${version} at ${maskUrl(databaseUrl)}`;
    throw new HoldfastError('POSTGRES_UNREACHABLE', `PostgreSQL ${version} is too old`, {
      next: `use PostgreSQL ${OLDEST_MAJOR} or newer`,
    });
  } catch (e) {
    throw databaseError(e);
  }
}

async function roundTrip(pool: Pool): Promise<Omit<Check, 'name'>> {
  const times: number[] = [];
  for (let i = 0; i < 21; i++) {
    const before = performance.now();
    await pool.query('SELECT 1');
    times.push(performance.now() - before);
  }
  const ms = round(times.sort((a, b) => a - b)[10] ?? 0);
  const fix = 'a slice makes several round trips per superstep: run workers near the database';
  return timing(ms, GOOD_ROUND_TRIP_MS, `${ms} ms for SELECT 1 (median of 21)`, fix);
}

async function checkSchema(pool: Pool): Promise<string> {
  const version = await schemaVersion(pool);
  if (version === SCHEMA_VERSION) return `version ${version}`;
  if (version > SCHEMA_VERSION) {
    throw new HoldfastError('SCHEMA_NEWER', `version ${version}; this build knows ${SCHEMA_VERSION}`, {
      next: 'use the newer build of Holdfast',
    });
  }
  const found = version === 0 ? 'there is none' : `version ${version}; this build needs ${SCHEMA_VERSION}`;
  throw new HoldfastError('SCHEMA_MISSING', found, { next: 'run `holdfast migrate`' });
}

/** Over a connection of its own, as workers listen: a pooler in transaction mode drops notifications. */
async function notifications(pool: Pool, databaseUrl: string): Promise<string> {
  const channel = 'holdfast_doctor';
  const sent = String(Math.random());
  let timer: NodeJS.Timeout | undefined;
  let listening: ReturnType<typeof listen> | undefined;
  try {
    const before = performance.now();
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(notDelivered()), NOTIFY_WITHIN_MS);
      listening = listen({
        databaseUrl,
        channel,
        onPayload: (payload) => payload === sent && resolve(),
        onConnected: () => void pool.query('SELECT pg_notify($1, $2)', [channel, sent]).catch(reject),
        onLost: reject,
      });
    });
    return `LISTEN/NOTIFY works, ${round(performance.now() - before)} ms with the connection`;
  } finally {
    clearTimeout(timer);
    await listening?.close();
  }
}

const notDelivered = () =>
  new HoldfastError('POSTGRES_UNREACHABLE', `no notification arrived within ${NOTIFY_WITHIN_MS / 1000} s`, {
    next: 'if DATABASE_URL goes through PgBouncer in transaction mode, use a session or direct port',
  });

async function workers(pool: Pool): Promise<string> {
  const live = await liveWorkers(pool);
  if (live.length === 0) return 'none live: start some with `holdfast dev` or `holdfast worker`';
  const queues = [...new Set(live.map(({ taskQueue }) => taskQueue))];
  const agents = [...new Set(live.flatMap((worker) => worker.agents))];
  return `${live.length} live on ${queues.join(', ')}, serving ${agents.join(', ')}`;
}

const round = (ms: number) => Math.round(ms * 100) / 100;
