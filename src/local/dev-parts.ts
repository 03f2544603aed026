import { join } from 'node:path';
import { maskUrl, type ResolvedSettings } from '../settings/index.js';
import type { LocalStack } from './stack.js';

/** One part of `holdfast dev` as it is told to the person: facts, no secret. */
export type DevPart =
  | { part: 'postgres'; how: 'started' | 'adopted' | 'given'; url: string; pid?: number; data?: string }
  | {
      part: 'temporal';
      how: 'started' | 'adopted' | 'given';
      address: string;
      namespace: string;
      pid?: number;
      ui?: string;
    }
  | { part: 'database'; from: number; to: number }
  | { part: 'workers'; supervisor: number | null; pids: number[]; taskQueue: string };

export function describeStack(stack: LocalStack, { stateDir }: ResolvedSettings): DevPart[] {
  const { postgres, temporal, databaseUrl, temporalAddress, namespace } = stack;
  return [
    {
      part: 'postgres',
      how: postgres?.how ?? 'given',
      url: maskUrl(databaseUrl),
      pid: postgres?.pid,
      data: postgres && join(stateDir, 'postgres'),
    },
    {
      part: 'temporal',
      how: temporal?.how ?? 'given',
      address: temporalAddress,
      namespace,
      pid: temporal?.pid,
      ui: temporal?.uiUrl,
    },
  ];
}

export const describeWorkers = (
  now: { supervisor: number | null; workers: number[] },
  { taskQueue }: ResolvedSettings,
): DevPart => ({ part: 'workers', supervisor: now.supervisor, pids: now.workers, taskQueue });

/** The part as one line. */
export function renderPart(part: DevPart): string {
  const pid = (n: number | undefined) => (n === undefined ? '' : `  pid ${n}`);
  switch (part.part) {
    case 'postgres':
      return `PostgreSQL  ${part.how.padEnd(8)} ${part.url}${pid(part.pid)}${part.data ? `  data ${part.data}` : ''}`;
    case 'temporal': {
      const ui = part.ui ? `  ui ${part.ui}` : '';
      return `Temporal    ${part.how.padEnd(8)} ${part.address}  namespace ${part.namespace}${pid(part.pid)}${ui}`;
    }
    case 'database':
      return `schema      ${part.from === part.to ? 'current ' : 'migrated'} version ${part.to}`;
    case 'workers':
      return `workers     ready    task queue ${part.taskQueue}  pids ${part.pids.join(', ')}  supervisor ${part.supervisor}`;
  }
}
