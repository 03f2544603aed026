import type { CheckpointPendingWrite, DeltaChannelHistory } from '@langchain/langgraph-checkpoint';
import type { Pool } from '../db/pool.js';
import type { Codec, Stored } from './codec.js';
import { execute, type Statement, type Tables } from './sql.js';

/**
 * What a DeltaChannel is rebuilt from: the writes of a checkpoint's ancestors, oldest first, from the nearest one that
 * holds a value (the seed) on. Two round trips however long the way is: the way, then the rows on it.
 */
export function createReadDeltaHistory(pool: Pool, tables: Tables, codec: Codec) {
  const way = wayStatement(tables);
  const content = contentStatement(tables);
  return async (
    threadId: string,
    ns: string,
    id: string | undefined,
    channels: string[],
  ): Promise<Record<string, DeltaChannelHistory>> => {
    if (channels.length === 0) return {};
    const ancestors: string[] = [];
    const seeds = new Map<string, { version: string; depth: number }>();
    for (const [ancestor, depth, channel, version] of (await execute(pool, way, [threadId, ns, id ?? null, channels]))
      .rows) {
      ancestors[depth as number] = ancestor as string;
      if (channel !== null) seeds.set(channel as string, { version: version as string, depth: depth as number });
    }
    const depthOf = new Map(ancestors.map((ancestor, depth) => [ancestor, depth]));
    const seeded = [...seeds.keys()];
    const { rows } = await execute(pool, content, [
      threadId,
      ns,
      channels,
      ancestors,
      seeded,
      seeded.map((channel) => seeds.get(channel)!.version),
    ]);
    const found = await Promise.all(
      rows.map(async ([ancestor, taskId, idx, channel, text, type, bytes]) => {
        const stored: Stored = { type: type as string, data: (text as string | null) ?? (bytes as Buffer) };
        return {
          depth: ancestor === null ? -1 : depthOf.get(ancestor as string)!,
          taskId: (taskId ?? '') as string,
          idx: idx as number,
          channel: channel as string,
          value: await codec.load(stored),
        };
      }),
    );
    found.sort((a, b) => b.depth - a.depth || (a.taskId < b.taskId ? -1 : a.taskId > b.taskId ? 1 : a.idx - b.idx));
    const histories: Record<string, DeltaChannelHistory> = {};
    for (const channel of channels) {
      const furthest = seeds.get(channel)?.depth ?? Infinity;
      const own = found.filter((row) => row.channel === channel);
      const seed = own.find((row) => row.depth < 0);
      const writes = own.filter((row) => row.depth >= 0 && row.depth <= furthest);
      histories[channel] = {
        writes: writes.map((row): CheckpointPendingWrite => [row.taskId, row.channel, row.value]),
        ...(seed && { seed: seed.value }),
      };
    }
    return histories;
  };
}

/**
 * The ancestors, nearest first, as far as a channel is still without a value; one row per ancestor and seed found there.
 * Each lookup stays one by key (OFFSET 0): a plan that scans the thread once per ancestor would cost its length squared.
 */
function wayStatement({ schema, checkpoints, blobs }: Tables): Statement {
  const found = (
    versions: string,
  ) => `ARRAY(SELECT o.channel FROM unnest(%s) AS o(channel) WHERE EXISTS (SELECT 1 FROM ${blobs} AS b
    WHERE b.thread_id = $1 AND b.checkpoint_ns = $2 AND b.channel = o.channel AND b.version = ${versions} ->> o.channel AND b.type <> 'empty' OFFSET 0))`;
  const parentOf = (
    child: string,
  ) => `LATERAL (SELECT checkpoint_id, parent_checkpoint_id, checkpoint FROM ${checkpoints}
    WHERE thread_id = $1 AND checkpoint_ns = $2 AND checkpoint_id = ${child}.parent_checkpoint_id OFFSET 0) AS p`;
  const step = (open: string) => found("p.checkpoint -> 'channel_versions'").replace('%s', open);
  return {
    name: `hf:way:${schema}`,
    text: `WITH RECURSIVE target AS (
  SELECT parent_checkpoint_id FROM ${checkpoints}
  WHERE thread_id = $1 AND checkpoint_ns = $2 AND ($3::text IS NULL OR checkpoint_id = $3)
  ORDER BY checkpoint_id DESC LIMIT 1),
way AS (
  SELECT p.checkpoint_id, p.parent_checkpoint_id, p.checkpoint -> 'channel_versions' AS versions, 0 AS depth,
    $4::text[] AS open, ${step('$4::text[]')} AS found
  FROM target CROSS JOIN ${parentOf('target')}
  UNION ALL
  SELECT p.checkpoint_id, p.parent_checkpoint_id, p.checkpoint -> 'channel_versions', w.depth + 1, o.open, ${step('o.open')}
  FROM way AS w
  CROSS JOIN LATERAL (SELECT ARRAY(SELECT unnest(w.open) EXCEPT SELECT unnest(w.found)) AS open) AS o
  CROSS JOIN ${parentOf('w')}
  WHERE cardinality(o.open) > 0)
SELECT way.checkpoint_id, way.depth, f.channel, way.versions ->> f.channel
FROM way LEFT JOIN LATERAL unnest(way.found) AS f(channel) ON true`,
  };
}

function contentStatement({ schema, blobs, writes }: Tables): Statement {
  const content = (table: string) =>
    `CASE WHEN ${table}.type = 'json' THEN convert_from(${table}.blob, 'UTF8') END, ${table}.type, CASE WHEN ${table}.type <> 'json' THEN ${table}.blob END`;
  return {
    name: `hf:delta:${schema}`,
    text: `SELECT w.checkpoint_id, w.task_id, w.idx, w.channel, ${content('w')} FROM ${writes} AS w
WHERE w.thread_id = $1 AND w.checkpoint_ns = $2 AND w.channel = ANY ($3::text[]) AND w.checkpoint_id = ANY ($4::text[])
UNION ALL
SELECT NULL, NULL, 0, b.channel, ${content('b')}
FROM unnest($5::text[], $6::text[]) AS s(channel, version)
CROSS JOIN LATERAL (SELECT channel, type, blob FROM ${blobs}
  WHERE thread_id = $1 AND checkpoint_ns = $2 AND channel = s.channel AND version = s.version OFFSET 0) AS b`,
  };
}
