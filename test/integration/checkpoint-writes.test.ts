import { randomUUID } from 'node:crypto';
import { Annotation, DeltaChannel, Send, StateGraph, type BaseCheckpointSaver } from '@langchain/langgraph';
import { emptyCheckpoint, uuid6, type CheckpointMetadata, type PendingWrite } from '@langchain/langgraph-checkpoint';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresCheckpointer } from '../../src/checkpoint/checkpointer.js';
import { CheckpointSession } from '../../src/checkpoint/session.js';
import type { Pool } from '../../src/db/pool.js';
import { inThread, openLab, phase, type Lab } from '../support/checkpoint-lab.js';

let lab: Lab;
let threadId: string;
let runId: string;
beforeAll(async () => (lab = await openLab()));
afterAll(() => lab.close());
beforeEach(async () => ({ threadId, runId } = await lab.newThread()));

const NS = 'sub:1';
const at = (id?: string, ns = '') => ({ configurable: { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: id } });
const metadata = (step = 0): CheckpointMetadata => ({ source: 'loop', step, parents: {} });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `task idx channel value`, of one namespace or all. */
const rowsOf = async (ns?: string) =>
  (
    await lab.pool.query(
      `SELECT task_id || ' ' || idx || ' ' || channel || ' ' || convert_from(blob, 'UTF8') AS row FROM public.checkpoint_writes
       WHERE thread_id = $1 AND ($2::text IS NULL OR checkpoint_ns = $2) ORDER BY checkpoint_ns, task_id, idx`,
      [threadId, ns ?? null],
    )
  ).rows.map((row) => row.row as string);

async function write(session: CheckpointSession, id: string, writes: PendingWrite[], task = 't', ns = '') {
  await session.putWrites(at(id, ns), writes, task);
  await session.settle();
}

/** A saver whose pool does to statements what the test says, before they are sent. */
function behind(pool: Pool, before: (name: string) => unknown): PostgresCheckpointer {
  const delayed = new Proxy(pool, {
    get: (target, key) =>
      key === 'query'
        ? async (statement: { name?: string }) => {
            await before(statement.name ?? '');
            return target.query(statement as never);
          }
        : (Reflect.get(target, key, target) as unknown),
  });
  return new PostgresCheckpointer(delayed);
}

describe('the writes of a task', () => {
  it('are replaced as a whole by its next attempt; what was asked and answered stays', async () => {
    const first = await lab.attempt(threadId, runId, phase(1));
    await write(first, 'c', [['__interrupt__', { id: 'i', value: 1 }]]);
    await write(first, 'c', [['__resume__', ['yes']]]);
    await write(first, 'c', [['__error__', { name: 'Error', message: 'no' }]]);
    await write(first, 'c', [
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    await write(first, 'c', [['other', 1]], 'u');
    const second = await lab.attempt(threadId, runId, phase(2));
    await write(second, 'c', [
      ['a', 2],
      ['z', 2],
    ]);
    expect(await rowsOf()).toEqual([
      't -4 __resume__ ["yes"]',
      't -3 __interrupt__ {"id":"i","value":1}',
      't 0 a 2',
      't 1 z 2',
      'u 0 other 1',
    ]);
  });

  it('of a task that fails are not kept, and inside a subgraph not even its error', async () => {
    const session = await lab.attempt(threadId, runId, phase(1));
    const failed: PendingWrite[] = [
      ['a', 1],
      ['__error__', { name: 'Error', message: 'no' }],
    ];
    await write(session, 'c', failed);
    await write(session, 'c', failed, 't', NS);
    expect(await rowsOf()).toEqual(['t -1 __error__ {"name":"Error","message":"no"}']);
  });

  it('of a node with an error handler become durable with what the handler did', async () => {
    const session = await lab.attempt(threadId, runId, phase(1));
    const failed: PendingWrite[] = [
      ['__error__', { name: 'Error', message: 'no' }],
      ['__error_source_node__', 'node'],
    ];
    await session.putWrites(at('c', NS), failed, 'failed');
    await sleep(50);
    expect(await rowsOf()).toEqual([]);
    await session.putWrites(at('c', NS), [['a', 1]], 'handler');
    expect(await rowsOf()).toEqual([
      'failed -1 __error__ {"name":"Error","message":"no"}',
      'failed 1 __error_source_node__ "node"',
      'handler 0 a 1',
    ]);
    await session.putWrites(at('d', NS), failed, 'failed');
    await session.settle();
    expect(await rowsOf()).toHaveLength(5);
  });

  it('may answer twice in one batch: the later list is the full one', async () => {
    const session = await lab.attempt(threadId, runId, phase(1));
    await write(session, 'c', [
      ['__interrupt__', { id: 'i' }],
      ['__resume__', ['a']],
      ['__resume__', ['a', 'b']],
    ]);
    expect(await rowsOf()).toEqual(['t -4 __resume__ ["a","b"]', 't -3 __interrupt__ {"id":"i"}']);
  });

  it('that all went to untracked channels mark the task as done', async () => {
    const session = await lab.attempt(threadId, runId, phase(1));
    await write(session, 'c', []);
    expect(await rowsOf()).toEqual(['t 0 __no_writes__ null']);
  });

  it('may hold any character and any bytes', async () => {
    const session = await lab.attempt(threadId, runId, phase(1));
    const odd = 'nul \u0000, half a pair \ud83d, whole \ud83d\ude00, \\u0000';
    await session.putWrites(
      at('c'),
      [
        ['a', odd],
        ['b', new Uint8Array([0, 255])],
      ],
      't',
    );
    const id = uuid6(0);
    const state = { ...emptyCheckpoint(), id, channel_values: { a: odd }, channel_versions: { a: 1 } };
    await session.put(at('c'), state, { ...metadata(), note: odd, [odd]: 1 } as never, { a: 1 });
    const tuple = (await lab.checkpointer.getTuple(at(id)))!;
    expect(tuple.checkpoint.channel_values).toEqual({ a: odd });
    const kept = 'nul , half a pair \ufffd, whole \ud83d\ude00, \\u0000';
    expect(tuple.metadata).toMatchObject({ note: kept, [kept]: 1 });
    const bytes = await lab.pool.query(
      `SELECT blob FROM public.checkpoint_writes WHERE thread_id = $1 AND channel = 'b'`,
      [threadId],
    );
    expect([...bytes.rows[0].blob]).toEqual([0, 255]);
  });
});

describe('the order of what becomes durable', () => {
  const Log = Annotation.Root({ log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }) });
  /** Two parallel nodes that finish 30 ms apart. */
  const apart = (checkpointer: BaseCheckpointSaver) =>
    new StateGraph(Log)
      .addNode('quick', () => ({ log: ['quick'] }))
      .addNode('slow', async () => {
        await sleep(30);
        return { log: ['slow'] };
      })
      .addEdge('__start__', 'quick')
      .addEdge('__start__', 'slow')
      .compile({ checkpointer });

  it('a checkpoint waits for the writes of tasks that finished early', async () => {
    const slowWrites = behind(lab.pool, (name) => (name.startsWith('hf:writes') ? sleep(150) : undefined));
    const session = new CheckpointSession(slowWrites, (await lab.claim(threadId, runId, phase(1)))!);
    const seen: { step: number; rows: Promise<string[]> }[] = [];
    session.onCommit = ({ step }) => seen.push({ step, rows: rowsOf() });
    await apart(session).invoke({ log: [] }, inThread(threadId));
    const after = await Promise.all(
      seen.map(async ({ step, rows }) => ({ step, logs: (await rows).filter((r) => r.includes(' log ')) })),
    );
    expect(after.find(({ step }) => step === 1)!.logs).toHaveLength(3);
  });

  it('a task that finished is not run again when its sibling was lost', async () => {
    const ran: string[] = [];
    const graph = (checkpointer: BaseCheckpointSaver, die: boolean) =>
      new StateGraph(Log)
        .addNode('quick', () => {
          ran.push('quick');
          return { log: ['quick'] };
        })
        .addNode('slow', async () => {
          ran.push('slow');
          await sleep(30);
          return die ? new Promise<never>(() => undefined) : { log: ['slow'] };
        })
        .addEdge('__start__', 'quick')
        .addEdge('__start__', 'slow')
        .compile({ checkpointer });
    const first = await lab.attempt(threadId, runId, phase(1));
    void graph(first, true).invoke({ log: [] }, inThread(threadId));
    while (!(await rowsOf()).some((row) => row.includes('"quick"'))) await sleep(5);
    const second = await lab.attempt(threadId, runId, phase(2));
    const { log } = await graph(second, false).invoke(null, inThread(threadId));
    expect(log).toEqual(['quick', 'slow']);
    expect(ran).toEqual(['quick', 'slow', 'slow']);
  });

  it('many tasks that finish in one turn of the event loop need one statement', async () => {
    const statements: string[] = [];
    const counted = behind(lab.pool, (name) => void statements.push(name.split(':')[1]!));
    const session = new CheckpointSession(counted, (await lab.claim(threadId, runId, phase(1)))!);
    const graph = new StateGraph(Log)
      .addNode('fan', () => ({}))
      .addNode('leaf', ({ log }) => ({ log }))
      .addEdge('__start__', 'fan')
      .addConditionalEdges('fan', () => Array.from({ length: 200 }, (_, i) => new Send('leaf', { log: [String(i)] })))
      .compile({ checkpointer: session });
    expect((await graph.invoke({ log: [] }, inThread(threadId))).log).toHaveLength(200);
    expect(statements).toEqual(['newest', 'put-root', 'put-root', 'put-root', 'put-root']);
  });

  it('a subgraph costs no read, unless an earlier attempt may have begun it', async () => {
    const statements: string[] = [];
    const counted = behind(lab.pool, (name) => void statements.push(name.split(':')[1]!));
    const graph = (checkpointer: BaseCheckpointSaver, die: boolean) => {
      const inner = new StateGraph(Log)
        .addNode('one', () => ({ log: ['one'] }))
        .addNode('two', () => (die ? new Promise<never>(() => undefined) : { log: ['two'] }))
        .addEdge('__start__', 'one')
        .addEdge('one', 'two')
        .compile();
      return new StateGraph(Log)
        .addNode('first', () => ({ log: ['first'] }))
        .addNode('sub', async () => ({ log: (await inner.invoke({ log: [] })).log }))
        .addEdge('__start__', 'first')
        .addEdge('first', 'sub')
        .compile({ checkpointer });
    };
    const first = new CheckpointSession(counted, (await lab.claim(threadId, runId, phase(1)))!);
    void graph(first, true).invoke({ log: [] }, inThread(threadId));
    while (!(await rowsOf()).some((row) => row.includes('"one"'))) await sleep(5);
    expect(statements.filter((name) => !name.startsWith('put'))).toEqual(['newest']);

    statements.length = 0;
    const second = new CheckpointSession(counted, (await lab.claim(threadId, runId, phase(2)))!);
    const { log } = await graph(second, false).invoke(null, inThread(threadId));
    expect(log).toEqual(['first', 'one', 'two']);
    expect(statements.slice(0, 2)).toEqual(['get', 'newest']);
  });

  it('a delta channel finds its writes after a crash behind any commit', async () => {
    const Delta = Annotation.Root({
      log: () => new DeltaChannel<string[], string[]>((a, w) => (a ?? []).concat(...w)),
    });
    const graph = (checkpointer: BaseCheckpointSaver) =>
      new StateGraph(Delta)
        .addNode('a', () => ({ log: ['a'] }))
        .addNode('late', async () => {
          await sleep(20);
          return { log: ['late'] };
        })
        .addNode('b', () => ({ log: ['b'] }))
        .addEdge('__start__', 'a')
        .addEdge('__start__', 'late')
        .addEdge(['a', 'late'], 'b')
        .compile({ checkpointer });
    for (const dieAfter of [-1, 0, 1, 2]) {
      ({ threadId, runId } = await lab.newThread());
      let dead = false;
      const forever = new Promise<void>(() => undefined);
      const dying = behind(lab.pool, async (name) => {
        if (name.startsWith('hf:writes')) await sleep(60);
        if (dead) await forever;
      });
      const first = new CheckpointSession(dying, (await lab.claim(threadId, runId, phase(1)))!);
      const died = new Promise<void>((resolve) => {
        first.onCommit = ({ step }) => {
          if (step !== dieAfter) return;
          dead = true;
          resolve();
        };
      });
      void graph(first).invoke({ log: ['in'] }, inThread(threadId));
      await died;
      const second = await lab.attempt(threadId, runId, phase(2));
      await graph(second).invoke(null, inThread(threadId));
      const { values } = await graph(lab.checkpointer).getState({ configurable: { thread_id: threadId } });
      expect(values.log.slice().sort(), `after step ${dieAfter}`).toEqual(['a', 'b', 'in', 'late']);
      expect(await lab.stock.getDeltaChannelHistory({ config: at(undefined), channels: ['log'] })).toEqual(
        await lab.checkpointer.getDeltaChannelHistory({ config: at(undefined), channels: ['log'] }),
      );
    }
  });
});

describe('state that cannot be stored', () => {
  const Any = Annotation.Root({ value: Annotation<unknown>() });
  const returning = (checkpointer: BaseCheckpointSaver, value: () => unknown) =>
    new StateGraph(Any)
      .addNode('node', () => ({ value: value() }))
      .addEdge('__start__', 'node')
      .compile({ checkpointer });

  it('ends the run with a code, is not taken for infrastructure, and stores nothing of the superstep', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const value of [10n, { deep: [1n] }, cycle]) {
      ({ threadId, runId } = await lab.newThread());
      const session = await lab.attempt(threadId, runId, phase(1));
      const error = await returning(session, () => value)
        .invoke({ value: 0 }, inThread(threadId))
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'STATE_UNSERIALIZABLE' });
      expect(session.isOwnError(error)).toBe(false);
      await expect(session.settle()).rejects.toBe(error);
      expect((await lab.checkpointer.getTuple(at()))!.metadata!.step).toBe(0);
    }
  });

  it('is reported at the end of a slice that ends without a checkpoint, too', async () => {
    const session = await lab.attempt(threadId, runId, phase(1));
    await session.putWrites(at('c'), [['__interrupt__', { id: 'i', value: 5n }]], 't');
    await expect(session.settle()).rejects.toMatchObject({ code: 'STATE_UNSERIALIZABLE' });
    expect(await rowsOf()).toEqual([]);
  });
});

it('keeps LangGraph-made ids for tasks apart by checkpoint', async () => {
  const session = await lab.attempt(threadId, runId, phase(1));
  const task = randomUUID();
  await Promise.all(['c', 'd'].map((id) => session.putWrites(at(id), [['a', id]], task)));
  expect(await rowsOf()).toEqual([`${task} 0 a "c"`, `${task} 0 a "d"`]);
});
