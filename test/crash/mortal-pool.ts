/** A process that dies at a chosen statement: what it awaits never comes, and nothing it still does counts. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient } from '../../src/db/pool.js';

/** Counts the moments at which a process can die: before and after each statement that writes, over all processes of a course. */
export class CrashPlan {
  moments = 0;

  constructor(readonly dieAt: number = Infinity) {}

  reached(): boolean {
    return ++this.moments === this.dieAt;
  }
}

export interface MortalProcess {
  pool: Pool;
  alive: boolean;
  /** Resolves when it has died and the statements that were on their way have arrived. */
  died: Promise<void>;
  /** Runs code as code of this process. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

const processes = new AsyncLocalStorage<MortalProcess>();

/** Whether the code that asks belongs to a process that lives; code of no process does. */
export const inLiveProcess = (): boolean => processes.getStore()?.alive ?? true;

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const writes = (text: string): boolean => /\b(INSERT|UPDATE|DELETE|COMMIT)\b/.test(text);

type Query = (...args: unknown[]) => Promise<unknown>;

export function startMortalProcess(pool: Pool, plan: CrashPlan): MortalProcess {
  const onTheWay = new Set<Promise<unknown>>();
  const clients = new Set<PoolClient>();
  let die: () => void = () => undefined;

  const until = (query: Query): Query => {
    return async (...args) => {
      if (!process.alive) return never();
      const counts = writes(textOf(args[0]));
      if (counts && plan.reached()) return end();
      const sent = query(...args);
      onTheWay.add(sent);
      try {
        const result = await sent;
        if (!process.alive) return await never();
        return counts && plan.reached() ? await end() : result;
      } catch (e) {
        if (!process.alive) return await never();
        throw e;
      } finally {
        onTheWay.delete(sent);
      }
    };
  };
  const end = async (): Promise<never> => {
    process.alive = false;
    const arriving = Promise.allSettled([...onTheWay]);
    void arriving.then(() => {
      for (const client of clients) client.release(true);
      die();
    });
    return never();
  };
  const mortalClient = (client: PoolClient): PoolClient => {
    clients.add(client);
    const release: PoolClient['release'] = (error) => {
      if (process.alive && clients.delete(client)) client.release(error);
    };
    return proxyOf(client, { query: until(client.query.bind(client) as Query), release });
  };
  const process: MortalProcess = {
    alive: true,
    died: new Promise((resolve) => (die = resolve)),
    run: (work) => processes.run(process, work),
    pool: proxyOf(pool, {
      query: until(pool.query.bind(pool) as Query),
      connect: async () => mortalClient(await pool.connect()),
    }),
  };
  return process;
}

const textOf = (query: unknown): string => (typeof query === 'string' ? query : (query as { text: string }).text);

function proxyOf<T extends object>(target: T, methods: Record<string, unknown>): T {
  return new Proxy(target, {
    get: (of, key) => (typeof key === 'string' && key in methods ? methods[key] : Reflect.get(of, key)),
  });
}
