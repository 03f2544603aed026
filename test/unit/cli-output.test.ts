import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import { durationArgument, parseJson } from '../../src/cli/arguments.js';
import { formatMs } from '../../src/cli/durations.js';
import { exitCodeOfStatus, reportOf } from '../../src/cli/exit.js';
import { createOutput, renderError, renderFields, renderTable, type Column } from '../../src/cli/output.js';
import { toPlain } from '../../src/cli/plain.js';
import { diffState, renderChange } from '../../src/cli/state-diff.js';
import { wire } from '../../src/cli/wire.js';
import { HoldfastError } from '../../src/errors.js';
import type { OutputFormat } from '../../src/cli/flags.js';

function printed(format: OutputFormat, use: (output: ReturnType<typeof createOutput>) => void): string {
  let text = '';
  use(createOutput(format, { write: (part) => (text += part) }));
  return text;
}

const rows = [{ id: 'a', n: 1 }, { id: 'bb', n: 20 }]; // prettier-ignore
const columns: Column<{ id: string; n: number }>[] = [
  { header: 'id', value: (row) => row.id },
  { header: 'n', value: (row) => row.n },
];

describe('output', () => {
  it('a list is a table, one JSON array, or a line each', () => {
    const list = (format: OutputFormat) => printed(format, (output) => output.list(rows, columns));
    expect(list('table').split('\n').map((line) => line.trim().split(/\s+/))).toEqual([['ID', 'N'], ['a', '1'], ['bb', '20'], ['']]); // prettier-ignore
    expect(JSON.parse(list('json'))).toEqual(rows);
    expect(list('jsonl').trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(rows); // prettier-ignore
  });

  it('an empty list is said to people and empty to machines', () => {
    expect(printed('table', (output) => output.list([], columns, 'no runs'))).toBe('no runs\n');
    expect(printed('json', (output) => output.list([], columns, 'no runs'))).toBe('[]\n');
    expect(printed('jsonl', (output) => output.list([], columns, 'no runs'))).toBe('');
  });

  it('notes are for people only', () => {
    expect(printed('json', (output) => output.note('hello'))).toBe('');
    expect(printed('table', (output) => output.note('hello'))).toBe('hello\n');
  });

  it('tables have no frame and no trailing blanks; absent fields are left out', () => {
    expect(renderTable(rows, columns)).not.toMatch(/[│─┌]| $/m);
    expect(renderFields([['run', 'x'], ['error', null], ['status', 'held']])).toBe('run     x\nstatus  held'); // prettier-ignore
  });
});

describe('errors', () => {
  const error = new HoldfastError('RUN_NOT_FOUND', 'run x does not exist', {
    next: 'look at ls',
    details: { runId: 'x' },
  });

  it('have a code, a message and what to do next, in text and in JSON', () => {
    const report = reportOf(error);
    expect(report?.exitCode).toBe(3);
    expect(renderError(report!, 'table')).toBe('error RUN_NOT_FOUND: run x does not exist\n  look at ls\n');
    expect(JSON.parse(renderError(report!, 'json'))).toEqual({
      error: {
        code: 'RUN_NOT_FOUND',
        message: 'run x does not exist',
        next: 'look at ls',
        details: { runId: 'x' },
        exit_code: 3,
      },
    });
  });

  it('of unknown origin are defects with exit code 1', () => {
    expect(reportOf(new TypeError('x is not a function'))).toMatchObject({ code: 'INTERNAL', exitCode: 1 });
  });

  it('exit codes of settled runs', () => {
    expect(
      ['success', 'error', 'cancelled', 'timeout', 'interrupted', 'held', 'paused'].map((s) =>
        exitCodeOfStatus(s as 'held'),
      ),
    ).toEqual([0, 6, 6, 6, 8, 8, 8]);
  });
});

describe('values', () => {
  it('messages, maps, dates, bytes and cycles become JSON that a person can read', () => {
    const loop: Record<string, unknown> = { name: 'x' };
    loop['self'] = loop;
    const at = new Date(0);
    expect(
      toPlain({
        messages: [
          new HumanMessage({ content: 'hi', id: '1' }),
          new AIMessage({ content: '', tool_calls: [{ name: 't', args: {}, id: 'c' }] }),
        ],
        map: new Map([['k', new Set([1])]]),
        at,
        bytes: new Uint8Array([1]),
        big: 10n,
        loop,
        fn: () => 1,
      }),
    ).toEqual({
      messages: [
        { type: 'human', content: 'hi', id: '1' },
        { type: 'ai', content: '', tool_calls: [{ name: 't', args: {}, id: 'c' }] },
      ],
      map: { k: [1] },
      at: at.toISOString(),
      bytes: 'AQ==',
      big: '10',
      loop: { name: 'x', self: '[circular]' },
    });
  });

  it('our keys are in snake case, the user’s stay', () => {
    expect(
      wire({
        runId: 'x',
        waitingAt: ['myNode'],
        values: { camelCase: 1 },
        interrupts: [{ id: 'i', value: { someKey: 2 } }],
      }),
    ).toEqual({
      run_id: 'x',
      waiting_at: ['myNode'],
      values: { camelCase: 1 },
      interrupts: [{ id: 'i', value: { someKey: 2 } }],
    });
  });

  it('a diff names each change by its path', () => {
    const changes = diffState({ a: 1, gone: true, list: [{ x: 1 }] }, { a: 2, list: [{ x: 1 }, { x: 2 }], fresh: 'f' });
    expect(changes.map(renderChange)).toEqual(['~ a: 1 -> 2', '- gone: true', '+ list[1]: {"x":2}', '+ fresh: "f"']);
  });

  it('lengths of time', () => {
    expect([0.44, 63, 1240, 12_000, 125_000, 11_520_000, 187_200_000].map(formatMs)).toEqual(
      ['0.4 ms', '63 ms', '1.24 s', '12.0 s', '2 min 5 s', '3 h 12 min', '2 d 4 h'],
    ); // prettier-ignore
    expect([durationArgument('30s'), durationArgument('250'), durationArgument('2m')]).toEqual([30_000, 250, 120_000]);
    expect(() => durationArgument('soon')).toThrow('Write a duration');
  });

  it('JSON that is none says which option and how to quote a text', () => {
    expect(() => parseJson('yes', '--answer')).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', next: expect.stringContaining(`'"text"'`) as string }) as Error,
    );
  });
});
