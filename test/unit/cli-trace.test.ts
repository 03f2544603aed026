import { describe, expect, it } from 'vitest';
import { renderTrace } from '../../src/cli/trace-view.js';
import type { Trace, TraceAttempt, TraceRun } from '../../src/client/trace-types.js';

const T0 = Date.UTC(2026, 0, 1);
const at = (ms: number) => new Date(T0 + ms);

const attempt = (
  slice: number,
  number: number,
  pid: number,
  from: number,
  more: Partial<TraceAttempt> = {},
): TraceAttempt => ({
  phase: { era: 1, seq: slice, attempt: number },
  slice,
  workerId: `w${pid}`,
  pid,
  host: null,
  startedAt: at(from),
  endedAt: null,
  outcome: null,
  lost: null,
  ...more,
});

const run = (more: Partial<TraceRun>): TraceRun => ({
  runId: 'r1',
  threadId: 't1',
  agent: 'shop',
  agentVersion: '1.0.0',
  status: 'success',
  kind: 'input',
  resumesRunId: null,
  initiator: null,
  waitingAt: [],
  interrupts: [],
  error: null,
  createdAt: at(0),
  startedAt: at(5),
  endedAt: at(1000),
  attempts: [],
  supersteps: [],
  failures: [],
  holds: [],
  ...more,
});

const step = (number: number, node: string, ms: number, to: number, of = 1, attemptOf = 1) => ({
  phase: { era: 1, seq: of, attempt: attemptOf },
  step: number,
  checkpointId: `c${number}`,
  tasks: [{ id: `${node}-task`, node, ms }],
  committedAt: at(to),
});

const text = (trace: Trace) => renderTrace(trace, { color: false, width: 0 });

describe('renderTrace', () => {
  it('shows a crash, who took over and how long it took, before the work that follows it', () => {
    const lost = { diedAt: at(300), resumedAt: at(363), resumedBy: 1240, recoveryMs: 63 };
    const trace = {
      runs: [
        run({
          attempts: [
            attempt(1, 1, 1234, 10, { lost }),
            attempt(1, 2, 1240, 363, { endedAt: at(990), outcome: 'success' }),
          ],
          supersteps: [step(1, 'model', 118, 150), step(2, 'tools', 170, 600, 1, 2)],
        }),
      ],
    };
    const lines = text(trace).split('\n');
    const order = ['submitted', 'slice 1  worker 1234', 'step 1  model 118 ms', 'lost: worker 1234 died, resumed by 1240 after 63 ms', 'slice 1, attempt 2  worker 1240', 'step 2  tools 170 ms', 'success']; // prettier-ignore
    const places = order.map((part) => lines.findIndex((line) => line.startsWith('  ') && line.includes(part)));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(lines[0]).toBe('run r1  shop 1.0.0  success  thread t1');
    expect(lines.at(-1)).toBe('success: 1 run, 2 supersteps, 2 attempts (1 lost), 1.00 s in all');
  });

  it('a crash that nobody saw stands where the work went on', () => {
    const lost = { diedAt: null, resumedAt: at(500), resumedBy: 7, recoveryMs: null };
    const lines = text({ runs: [run({ attempts: [attempt(1, 1, 6, 10, { lost }), attempt(1, 2, 7, 500)] })] }).split(
      '\n',
    );
    const place = lines.findIndex((line) => line.includes('lost: worker 6 died, resumed by 7'));
    expect(lines[place]).not.toContain('after');
    expect(lines[place + 1]).toContain('slice 1, attempt 2  worker 7');
  });

  it('shows failures with what follows, a hold with who released it and why', () => {
    const failure = { taskId: 'x', node: 'tools', name: 'TypeError', message: 'no', retryable: true, delayMs: 500 };
    const hold = { holdId: 'h', runId: 'r1', cause: 'node_failed' as const, message: 'TypeError: no', node: 'tools', taskId: 'x', since: at(700), releasedAt: at(4700), verb: 'retry' as const, reason: 'mended', actor: 'ann' }; // prettier-ignore
    const shown = text({
      runs: [
        run({
          failures: [
            { ...failure, try: 1, final: false, at: at(100) },
            { ...failure, try: 2, final: true, at: at(650) },
          ],
          holds: [hold],
          endedAt: at(5000),
        }),
      ],
    });
    expect(shown).toContain('failed: tools, try 1, TypeError: no (again in 500 ms)');
    expect(shown).toContain('failed: tools, try 2, TypeError: no (no try left)');
    expect(shown).toContain('held: node_failed at tools, TypeError: no');
    expect(shown).toContain('retry by ann after 4.00 s: mended');
    expect(shown).toContain('2 failed tries, 5.00 s in all, 4.00 s of it waiting for people');
  });

  it('shows a chain: the question, who answered it and after how long', () => {
    const asks = run({ status: 'interrupted', interrupts: [{ id: 'i9', node: 'ask', value: {} }], waitingAt: ['ask'] });
    const answers = run({
      runId: 'r2',
      kind: 'resume',
      resumesRunId: 'r1',
      initiator: 'bob',
      createdAt: at(13_000),
      endedAt: at(13_100),
    });
    const shown = text({ runs: [asks, answers] });
    expect(shown).toContain('interrupted: ask asks (interrupt i9)');
    expect(shown).toContain('answered by bob after waiting 12.0 s');
    expect(text({ runs: [asks] })).toContain('not answered yet');
  });

  it('cuts long lines to the width and colours only when asked', () => {
    const trace = {
      runs: [run({ status: 'error', error: { code: 'RUN_FAILED', name: 'Error', message: 'x'.repeat(500) } })],
    };
    const cut = renderTrace(trace, { color: false, width: 80 });
    expect(Math.max(...cut.split('\n').map((line) => line.length))).toBe(80);
    expect(cut.includes('\u001b')).toBe(false);
    expect(renderTrace(trace, { color: true, width: 80 })).toContain('\u001b[31m');
  });
});
