/** Attempts that live on beside their successors, and what becomes of the tasks around a failure. Each rule has the test that fails without it. */
import { Annotation, Command, END, START, StateGraph } from '@langchain/langgraph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { bareAgent, defineAgent } from '../../src/agent/define-agent.js';
import type { AgentDefinition } from '../../src/agent/definition.js';
import { graphKind, type GraphLike } from '../../src/agent/graph-kind.js';
import { deleteThread } from '../../src/runs/delete-thread.js';
import { executeSlice, type SliceResult } from '../../src/runs/execute-slice.js';
import { getRun } from '../../src/runs/read-runs.js';
import { submitRun } from '../../src/runs/submit-run.js';
import type { Run } from '../../src/runs/types.js';
import { list } from '../support/scenario-tools.js';
import { until } from '../support/until.js';
import { openCrashLab, type CrashLab } from './crash-lab.js';
import { quietHost } from './in-process-runs.js';

const Logged = Annotation.Root({ log: list() });
let lab: CrashLab;
beforeAll(async () => (lab = await openCrashLab()));
afterAll(() => lab.close());

/** A promise that a test keeps closed while node code waits for it. */
function latch(): { opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

interface Subject {
  threadId: string;
  run: Run;
  attempt(attempt: number, seq?: number): Promise<SliceResult>;
  names(): string[];
  log(): Promise<string[]>;
  /** Channels that tasks of the superstep in progress have written to, of ours and for errors. */
  pending(): Promise<string[]>;
  /** The root checkpoints, each with its parent. */
  checkpoints(): Promise<{ id: string; parent: string | null }[]>;
}

/** A stored run of an agent, whose slices the test begins itself. */
async function subject(agent: AgentDefinition, input: unknown = { log: [] }): Promise<Subject> {
  await lab.serve([agent]);
  const { pool, checkpointer, workerId, effects } = lab;
  const threadId = uuidv7();
  const runId = uuidv7();
  const [type, bytes] = await checkpointer.serde.dumpsTyped(input);
  const { run } = await submitRun(pool, {
    runId,
    threadId,
    agent: agent.name,
    kind: 'input',
    payload: { type, bytes: Buffer.from(bytes) },
    options: {},
    multitask: 'reject',
    resumesRunId: null,
    chainId: runId,
    initiator: null,
  });
  const deps = { pool, checkpointer, workerId, agents: new Map([[agent.name, agent]]) };
  return {
    threadId,
    run,
    attempt: (attempt, seq = 1) =>
      executeSlice(
        deps,
        { threadId, runId, agent: agent.name, steps: 0, phase: { era: 1, seq, attempt } },
        quietHost(),
      ),
    names: () => effects.executions(threadId).map(({ name }) => name),
    async log() {
      const tuple = await checkpointer.getTuple({ configurable: { thread_id: threadId } });
      return (tuple?.checkpoint.channel_values['log'] ?? []) as string[];
    },
    async pending() {
      const tuple = await checkpointer.getTuple({ configurable: { thread_id: threadId } });
      const channels = tuple?.pendingWrites?.map(([, channel]) => channel) ?? [];
      return channels.filter((channel) => ['log', '__error__'].includes(channel)).sort();
    },
    async checkpoints() {
      const { rows } = await pool.query<{ id: string; parent: string | null }>(
        `SELECT checkpoint_id AS id, parent_checkpoint_id AS parent FROM checkpoints
         WHERE thread_id = $1 AND checkpoint_ns = '' ORDER BY checkpoint_id`,
        [threadId],
      );
      return rows;
    },
  };
}

const bare = (name: string, graph: GraphLike): AgentDefinition => {
  const kind = graphKind(graph);
  if ('problem' in kind) throw new Error(kind.problem);
  return bareAgent(name, kind.graph);
};

/** A node that waits the first time it runs, then two more. */
function sleepy(name: string) {
  const asleep = latch();
  const { ran, count } = lab.effects;
  const graph = new StateGraph(Logged)
    .addNode('slow', async () => {
      ran('slow');
      if (count('slow') === 1) await asleep.opened;
      return { log: ['slow'] };
    })
    .addNode('b', () => {
      ran('b');
      return { log: ['b'] };
    })
    .addNode('z', () => {
      ran('z');
      return { log: ['z'] };
    })
    .addEdge(START, 'slow')
    .addEdge('slow', 'b')
    .addEdge('b', 'z')
    .addEdge('z', END)
    .compile();
  return { agent: bare(name, graph), wake: asleep.open };
}

describe('two live attempts of one slice', () => {
  test('the earlier one changes nothing when it wakes up, the later one ends the run', async () => {
    const { agent, wake } = sleepy('zombie');
    const zombie = await subject(agent);
    const first = zombie.attempt(1).catch((e: unknown) => e);
    await until(() => zombie.names().length === 1, 'the first attempt is in its node');
    expect(await zombie.attempt(2)).toMatchObject({ next: 'settled', status: 'success' });
    wake();
    expect(await first).toMatchObject({ code: 'FENCED' });
    expect(await zombie.log()).toEqual(['slow', 'b', 'z']);
    expect(zombie.names()).toEqual(['slow', 'slow', 'b', 'z']);
    const chain = await zombie.checkpoints();
    expect(chain.map(({ parent }) => parent)).toEqual([null, ...chain.slice(0, -1).map(({ id }) => id)]);
  });

  test('in the middle of the later one, the earlier one ends without a trace', async () => {
    const { agent, wake } = sleepy('zombie-in-between');
    const zombie = await subject(agent);
    const first = zombie.attempt(1).catch((e: unknown) => e);
    await until(() => zombie.names().length === 1, 'the first attempt is in its node');
    const second = zombie.attempt(2);
    wake();
    expect(await first).toMatchObject({ code: 'FENCED' });
    expect(await second).toMatchObject({ next: 'settled', status: 'success' });
    expect(await zombie.log()).toEqual(['slow', 'b', 'z']);
    expect(zombie.names().filter((name) => name === 'z')).toHaveLength(1);
  });

  test('a late claim of an earlier attempt, or of an earlier slice, is refused', async () => {
    const { agent, wake } = sleepy('late-claim');
    wake();
    const late = await subject(agent);
    await late.attempt(2, 2);
    await expect(late.attempt(1, 2)).rejects.toMatchObject({ code: 'FENCED' });
    await expect(late.attempt(9, 1)).rejects.toMatchObject({ code: 'FENCED' });
    expect(late.names()).toEqual(['slow', 'b', 'z']);
  });

  test('a deleted thread does not come back', async () => {
    const { agent, wake } = sleepy('deleted');
    const deleted = await subject(agent);
    const running = deleted.attempt(1).catch((e: unknown) => e);
    await until(() => deleted.names().length === 1, 'the node runs');
    await deleteThread(lab.pool, lab.checkpointer, deleted.threadId);
    wake();
    expect(await running).toMatchObject({ code: expect.stringMatching(/FENCED|THREAD_DELETED/) });
    await expect(deleted.attempt(2)).rejects.toMatchObject({ code: 'THREAD_DELETED' });
    expect(await deleted.checkpoints()).toEqual([]);
    expect(await lab.savedTasks(deleted.threadId)).toEqual(new Set());
  });
});

/** f fails until its `fails`th try is over; g is slower than f and must not notice. */
function failing(fails: number) {
  const { ran, count } = lab.effects;
  return new StateGraph(Logged)
    .addNode('f', () => {
      ran('f');
      if (count('f') <= fails) throw new RangeError('boom');
      return { log: ['f'] };
    })
    .addNode('g', async (_state: unknown, { signal }: { signal?: AbortSignal }) => {
      ran('g');
      await new Promise((resolve) => setTimeout(resolve, 80));
      ran(signal?.aborted ? 'g aborted' : 'g undisturbed');
      return { log: ['g'] };
    })
    .addNode('z', () => {
      ran('z');
      return { log: ['z'] };
    })
    .addEdge(START, 'f')
    .addEdge(START, 'g')
    .addEdge(['f', 'g'], 'z')
    .addEdge('z', END)
    .compile();
}

describe('a failing node beside a slow one', () => {
  test('is a blocked node: the other finishes undisturbed, keeps its writes and does not run again', async () => {
    const agent = defineAgent({
      name: 'sibling',
      graph: failing(1),
      nodes: { '*': { retry: { maximumAttempts: 3, initialInterval: 1 } } },
    });
    const sibling = await subject(agent);
    expect(await sibling.attempt(1, 1)).toMatchObject({ next: 'retry' });
    expect(sibling.names()).toEqual(['f', 'g', 'g undisturbed']);
    expect(await sibling.pending()).toEqual(['log']);
    expect(await sibling.attempt(1, 2)).toMatchObject({ next: 'settled', status: 'success' });
    expect(sibling.names()).toEqual(['f', 'g', 'g undisturbed', 'f', 'z']);
    expect((await sibling.log()).toSorted()).toEqual(['f', 'g', 'z']);
  });

  test('finally fails only when the other is through, and its result is kept', async () => {
    const sibling = await subject(bare('sibling-final', failing(9)));
    expect(await sibling.attempt(1)).toMatchObject({ next: 'settled', status: 'error' });
    expect(sibling.names()).toEqual(['f', 'g', 'g undisturbed']);
    const { error } = await getRun(lab.pool, sibling.run.runId);
    expect(error).toMatchObject({ name: 'RangeError', message: 'boom' });
    expect(await sibling.pending()).toEqual(['__error__', 'log']);
  });

  test('holds a defined agent that has used up its tries, and the other is not lost', async () => {
    const agent = defineAgent({
      name: 'sibling-held',
      graph: failing(9),
      nodes: { '*': { retry: { maximumAttempts: 1 } } },
    });
    const sibling = await subject(agent);
    expect(await sibling.attempt(1)).toMatchObject({ next: 'settled', status: 'held' });
    expect(await sibling.pending()).toEqual(['log']);
  });
});

test('an error handler still sees the whole error when its process died before it was done', async () => {
  const { ran, count } = lab.effects;
  const stuck = latch();
  const graph = new StateGraph(Logged)
    .addNode(
      'f',
      (): { log: string[] } => {
        ran('f');
        throw Object.assign(new RangeError('bad'), { code: 'E42' });
      },
      {
        errorHandler: async (_state: unknown, { error }: { error: Error & { code?: string } }) => {
          ran('handler');
          if (count('handler') === 1) await stuck.opened;
          return new Command({
            update: { log: [`${error.constructor.name} ${error.message} ${error.code}`] },
            goto: 'z',
          });
        },
        ends: ['z'],
      },
    )
    .addNode('z', () => ({ log: ['z'] }))
    .addEdge(START, 'f')
    .addEdge('z', END)
    .compile();
  const handled = await subject(bare('handler', graph));
  const first = handled.attempt(1).catch((e: unknown) => e);
  await until(() => handled.names().includes('handler'), 'the handler runs');
  expect(await handled.attempt(2)).toMatchObject({ next: 'settled', status: 'success' });
  stuck.open();
  expect(await first).toMatchObject({ code: 'FENCED' });
  expect(await handled.log()).toEqual(['RangeError bad E42', 'z']);
});

describe('static breakpoints when the process died right after the commit', () => {
  const stops = (name: string, at: { interruptBefore?: 'b'[]; interruptAfter?: 'a'[] }) => {
    const { ran } = lab.effects;
    const node = (label: string) => () => {
      ran(label);
      return { log: [label] };
    };
    const graph = new StateGraph(Logged)
      .addNode('a', node('a'))
      .addNode('b', node('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile(at);
    return bare(name, graph);
  };

  test.each([
    ['before', { interruptBefore: ['b' as const] }],
    ['after', { interruptAfter: ['a' as const] }],
  ])('%s: the next attempt stops where the first would have', async (name, at) => {
    const stopped = await subject(stops(`breakpoint-${name}`, at));
    expect(await stopped.attempt(1)).toMatchObject({ next: 'settled', status: 'interrupted' });
    // As if the report had never been written.
    await lab.pool.query(`UPDATE holdfast.runs SET status = 'running', head = NULL WHERE run_id = $1`, [
      stopped.run.runId,
    ]);
    expect(await stopped.attempt(2)).toMatchObject({ next: 'settled', status: 'interrupted' });
    expect(stopped.names()).toEqual(['a']);
  });
});
