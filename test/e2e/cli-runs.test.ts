import { setTimeout as delay } from 'node:timers/promises';
import { Annotation, END, START, StateGraph, interrupt } from '@langchain/langgraph';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareAgent, defineAgent } from '../../src/agent/define-agent.js';
import { cliOf, type CliResult } from '../support/cli.js';
import { startRuntime, type TestRuntime } from '../support/runtime.js';

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
  broken: Annotation<boolean>(),
});
type State = typeof State.State;
type Node = (state: State) => Promise<Partial<State>> | Partial<State>;
const oneNode = (node: Node) => new StateGraph(State).addNode('work', node).addEdge(START, 'work').compile();
const fail: Node = ({ broken }) => {
  if (broken) throw new TypeError('out of paper');
  return { log: ['worked'] };
};

const agents = [
  bareAgent(
    'echo',
    oneNode(({ log }) => ({ log: [`echo ${log.at(-1) ?? ''}`] })),
  ),
  bareAgent('fails', oneNode(fail)),
  defineAgent({
    name: 'holds',
    version: '3.1.0',
    owner: 'ops@example.com',
    nodes: { work: { retry: { maximumAttempts: 2, initialInterval: 1 } } },
    graph: new StateGraph(State)
      .addNode('work', fail, { ends: ['other', 'after'] })
      .addNode('after', () => ({ log: ['after'] }))
      .addNode('other', () => ({ log: ['other'] }))
      .addEdge(START, 'work')
      .addEdge('work', 'after')
      .addEdge('after', END)
      .addEdge('other', END)
      .compile(),
  }),
  bareAgent(
    'asks',
    oneNode(() => ({ log: [`answer ${JSON.stringify(interrupt({ question: 'sure?' }))}`] })),
  ),
  bareAgent(
    'asks-twice',
    new StateGraph(State)
      .addNode('a', () => ({ log: [`a ${String(interrupt('a?'))}`] }))
      .addNode('b', () => ({ log: [`b ${String(interrupt('b?'))}`] }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .compile(),
  ),
  bareAgent('slow', oneNode(async () => {
    await delay(20_000);
    return { log: ['late'] };
  })), // prettier-ignore
];

let runtime: TestRuntime;
let cli: ReturnType<typeof cliOf>;
let dir: string;
beforeAll(async () => {
  runtime = await startRuntime(agents);
  cli = cliOf(runtime.databaseUrl);
  dir = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await runtime.close();
});

const BROKEN = '{"broken": true}';
const start = async (agent: string, input: string, ...more: string[]) =>
  (await cli(['run', 'start', agent, '--input', input, '--wait', '--timeout', '30s', '-o', 'json', ...more])).json();
const idOf = (run: Record<string, unknown>) => run['run_id'] as string;
const fails = (result: CliResult, code: string, exit: number, next?: RegExp) => {
  expect(result.err).toMatch(new RegExp(`^error ${code}: `));
  expect(result.code).toBe(exit);
  expect(result.out).toBe('');
  if (next) expect(result.err).toMatch(next);
};

describe('run start', () => {
  it('prints the run at once, or its end and the state with --wait', async () => {
    const started = await cli(['run', 'start', 'echo', '--input', '{"log": ["hi"]}', '-o', 'json']);
    expect(started.code).toBe(0);
    expect(started.json()).toMatchObject({ agent: 'echo', kind: 'input' });
    const waited = await cli(['run', 'start', 'echo', '--input', '{"log": ["hi"]}', '--wait', '-o', 'json']);
    expect(waited.code).toBe(0);
    expect(waited.json()).toMatchObject({ status: 'success', values: { log: ['hi', 'echo hi'] } });
  });

  it('takes input from a file and from stdin, and a thread to go on with', async () => {
    writeFileSync(join(dir, 'input.json'), '{"log": ["file"]}');
    const first = await start('echo', `@${join(dir, 'input.json')}`, '--thread', 'cli-thread');
    expect(first['values']).toEqual({ log: ['file', 'echo file'] });
    const second = await cli(['run', 'start', 'echo', '-i', '-', '--thread', 'cli-thread', '--wait', '-o', 'json'], {
      stdin: '{"log": ["pipe"]}',
    });
    expect(second.json()['values']).toEqual({ log: ['file', 'echo file', 'pipe', 'echo pipe'] });
  });

  it('says what the shell needs to know: 0 success, 6 error, 7 timeout, 8 waits', async () => {
    const code = async (...args: string[]) => (await cli(['run', 'start', ...args, '--wait'])).code;
    expect(await code('echo', '--input', '{}')).toBe(0);
    expect(await code('fails', '--input', BROKEN)).toBe(6);
    expect(await code('holds', '--input', BROKEN)).toBe(8);
    expect(await code('asks', '--input', '{}')).toBe(8);
    const slow = await cli(['run', 'start', 'slow', '--input', '{}', '--timeout', '300ms', '--thread', 'cli-slow']);
    fails(slow, 'WAIT_TIMEOUT', 7);
    const busy = await cli(['run', 'start', 'slow', '--input', '{}', '--thread', 'cli-slow']);
    fails(busy, 'THREAD_BUSY', 4, /multitask|enqueue|wait/i);
    const [open] = await runtime.client.runs.list({ threadId: 'cli-slow' });
    const cancelled = await cli([
      'run',
      'cancel',
      open!.runId,
      '--reason',
      'enough',
      '--wait',
      '--timeout',
      '15s',
      '-o',
      'json',
    ]);
    expect(cancelled.code).toBe(0);
    expect(cancelled.json()).toMatchObject({ status: 'cancelled' });
  });

  it('--follow prints what happens as it happens', async () => {
    const followed = await cli(['run', 'start', 'echo', '--input', '{}', '--follow']);
    expect(followed.code).toBe(0);
    expect(followed.out).toMatch(/submitted[^]*slice 1[^]*work [\d.]+ ms[^]*success/);
    const lines = (await cli(['run', 'start', 'echo', '--input', '{}', '--follow', '-o', 'jsonl'])).out
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as object).at(-1)).toMatchObject({ status: 'success' });
  });

  it('refuses what it cannot take', async () => {
    fails(await cli(['run', 'start', 'nobody', '--input', '{}']), 'AGENT_NOT_FOUND', 3, /agent ls/);
    fails(await cli(['run', 'start', 'echo', '--input', '{"a":']), 'INPUT_INVALID', 2, /--input is not JSON/);
    fails(
      await cli(['run', 'start', 'echo', '--input', '@/nowhere.json']),
      'INPUT_INVALID',
      2,
      /nowhere\.json cannot be read/,
    );
    fails(await cli(['run', 'start', 'echo']), 'USAGE', 2, /--input is missing/);
    fails(
      await cli(['run', 'start', 'echo', '--input', '{}', '--run-config', '{"tag": "x"}']),
      'INPUT_INVALID',
      2,
      /no tag/,
    );
    fails(await cli(['run', 'start', 'echo', '--input', '{}', '--multitask', 'maybe']), 'USAGE', 2, /reject, enqueue/);
    fails(await cli(['run', 'start', 'echo', '--input', '{}', '--timeout', 'soon']), 'USAGE', 2, /duration/);
  });

  it('hands config to the graph', async () => {
    const limited = await start(
      'echo',
      '{}',
      '--recursion-limit',
      '7',
      '--run-config',
      '{"tags": ["t"], "configurable": {"user": "u"}}',
    );
    expect(limited['options']).toMatchObject({ recursion_limit: 7, tags: ['t'], configurable: { user: 'u' } });
  });
});

describe('seeing runs', () => {
  it('ls filters by agent, status and thread', async () => {
    await start('fails', BROKEN);
    const listed = (await cli(['run', 'ls', '--agent', 'fails', '--status', 'error', '-o', 'jsonl'])).out
      .trim()
      .split('\n');
    expect(listed.every((line) => (JSON.parse(line) as { status: string }).status === 'error')).toBe(true);
    const table = await cli(['run', 'ls', '--limit', '3']);
    expect(table.out.split('\n')[0]).toMatch(/^RUN +AGENT +STATUS/);
    fails(await cli(['run', 'ls', '--status', 'sleeping']), 'USAGE', 2);
  });

  it('show and trace take the beginning of an id', async () => {
    const run = await start('fails', BROKEN);
    const shown = await cli(['run', 'show', idOf(run).slice(0, 35)]);
    expect(shown.out).toMatch(/status +error/);
    expect(shown.out).toContain('TypeError: out of paper');
    const traced = await cli(['run', 'trace', idOf(run)]);
    expect(traced.code).toBe(0);
    expect(traced.out).toMatch(/submitted[^]*slice 1[^]*error: TypeError: out of paper/);
    fails(await cli(['run', 'show', '0']), 'USAGE', 2, /beginning of several runs/);
    fails(await cli(['run', 'show', 'ffffffff']), 'RUN_NOT_FOUND', 3, /run ls/);
    fails(await cli(['run', 'trace', 'not an id']), 'RUN_NOT_FOUND', 3);
  });

  it('wait says how it ended, also long after', async () => {
    expect((await cli(['run', 'wait', idOf(await start('echo', '{}'))])).code).toBe(0);
    expect((await cli(['run', 'wait', idOf(await start('fails', BROKEN))])).code).toBe(6);
    expect((await cli(['run', 'wait', idOf(await start('asks', '{}'))])).code).toBe(8);
  });
});

describe('run resume', () => {
  it('answers the one question, and shows the chain as one', async () => {
    const asked = await start('asks', '{}');
    const answered = await cli(['run', 'resume', idOf(asked), '--answer', '{"yes": true}', '--wait', '-o', 'json']);
    expect(answered.code).toBe(0);
    expect(answered.json()).toMatchObject({
      status: 'success',
      resumes_run_id: idOf(asked),
      values: { log: ['answer {"yes":true}'] },
    });
    const traced = await cli(['run', 'trace', idOf(asked)]);
    expect(traced.out).toMatch(/interrupted: work asks[^]*answered by \S+ after waiting[^]*success: 2 runs/);
    fails(await cli(['run', 'resume', idOf(asked), '--answer', '1']), 'INTERRUPT_ANSWERED', 4);
  });

  it('answers several by id, and refuses to guess which one is meant', async () => {
    const asked = await start('asks-twice', '{}');
    const ids = (asked['interrupts'] as { id: string; node: string }[])
      .sort((a, b) => (a.node < b.node ? -1 : 1))
      .map(({ id }) => id);
    fails(await cli(['run', 'resume', idOf(asked), '--answer', '1']), 'USAGE', 2, /2 questions[^]*INTERRUPT=JSON/);
    fails(await cli(['run', 'resume', idOf(asked), '--answer', 'abcdef=1']), 'INTERRUPT_NOT_FOUND', 3);
    fails(
      await cli(['run', 'resume', idOf(asked), '--answer', `${ids[0]}=yes`]),
      'INPUT_INVALID',
      2,
      /needs its own quotes/,
    );
    fails(await cli(['run', 'resume', idOf(asked)]), 'USAGE', 2);
    const both = await cli([
      'run',
      'resume',
      idOf(asked),
      '-a',
      `${ids[0]}="x"`,
      '-a',
      `${ids[1]!.slice(0, 12)}="y"`,
      '--wait',
      '-o',
      'json',
    ]);
    expect(both.json()).toMatchObject({ status: 'success', values: { log: ['a x', 'b y'] } });
  });

  it('asks a person who sits there, for an answer and for a reason', async () => {
    const asked = await start('asks', '{}');
    const answered = await cli(['run', 'resume', idOf(asked), '--wait'], { stdin: 'go ahead\n', tty: true });
    expect(answered.err).toContain('"question": "sure?"');
    expect(answered.out).toContain('answer \\"go ahead\\"');
    const held = await start('holds', BROKEN);
    const cancelled = await cli(['run', 'cancel', idOf(held), '--wait'], { stdin: 'no longer wanted\n', tty: true });
    expect(cancelled.err).toContain('Why cancel?');
    expect(cancelled.code).toBe(0);
  });

  it('of a run that asks nothing says what it is', async () => {
    fails(
      await cli(['run', 'resume', idOf(await start('echo', '{}')), '--answer', '1']),
      'INTERRUPT_NOT_FOUND',
      3,
      /success/,
    );
  });
});

describe('a held run', () => {
  it('is shown with its cause and released by retry after its state was edited', async () => {
    const held = await start('holds', BROKEN);
    const shown = await cli(['run', 'show', idOf(held)]);
    expect(shown.out).toMatch(/held since .*node_failed[^]*out of paper/);
    const edited = await cli([
      'state',
      'edit',
      held['thread_id'] as string,
      '--values',
      '{"broken": false}',
      '--as-node',
      '__start__',
      '--reason',
      'paper is back',
      '-o',
      'json',
    ]);
    expect(edited.err).toBe('');
    expect(edited.code).toBe(0);
    const retried = await cli(['run', 'retry', idOf(held), '--wait', '-o', 'json']);
    expect(retried.json()).toMatchObject({ status: 'success', values: { log: ['worked', 'after'] } });
  });

  it('is skipped with a given update', async () => {
    const held = await start('holds', BROKEN);
    fails(await cli(['run', 'skip', idOf(held), '--update', '{"log": ["by hand"]}']), 'USAGE', 2, /--reason/);
    const skipped = await cli([
      'run',
      'skip',
      idOf(held),
      '--update',
      '{"log": ["by hand"]}',
      '--reason',
      'did it',
      '--wait',
      '-o',
      'json',
    ]);
    expect(skipped.json()).toMatchObject({ status: 'success', values: { log: ['by hand', 'after'] } });
    const traced = await cli(['run', 'trace', idOf(held)]);
    expect(traced.out).toMatch(
      /failed: work, try 2[^]*held: node_failed at work[^]*skip by \S+ after [^:]+: did it[^]*success/,
    );
    fails(await cli(['run', 'retry', idOf(held)]), 'RUN_NOT_HELD', 4);
  });

  it('goes to another node, is tried again, or is cancelled', async () => {
    const went = await cli([
      'run',
      'goto',
      idOf(await start('holds', BROKEN)),
      '--node',
      'other',
      '--reason',
      'x',
      '--wait',
      '-o',
      'json',
    ]);
    expect(went.json()).toMatchObject({ status: 'success', values: { log: ['other'] } });
    const again = await cli(['run', 'retry', idOf(await start('holds', BROKEN)), '--wait', '-o', 'json']);
    expect(again.code).toBe(8);
    const cancelled = await cli(['run', 'cancel', idOf(again.json()), '--reason', 'x', '--wait', '-o', 'json']);
    expect(cancelled.json()).toMatchObject({ status: 'cancelled' });
    expect(cancelled.code).toBe(0);
  });
});
