import Table from 'cli-table3';
import type { ErrorReport } from './exit.js';
import type { OutputFormat } from './flags.js';
import { toPlain } from './plain.js';

export interface Column<T> {
  header: string;
  value: (row: T) => string | number | null | undefined;
}

export interface Output {
  format: OutputFormat;
  /** Many things: a table, one JSON array, or one JSON line each. */
  list<T>(rows: readonly T[], columns: readonly Column<T>[], empty?: string): void;
  /** One thing: `text` for people, the value for machines. */
  one(value: unknown, text: () => string): void;
  /** A remark for people; nothing in the machine formats. */
  note(text: string): void;
  /** One of a stream of things: printed at once. As json it is a line as well, since a stream has no end to close an array at. */
  line(value: unknown, text: () => string): void;
}

interface Sink {
  write(text: string): unknown;
}

/** Results go to `stdout` and nothing else does. */
export function createOutput(format: OutputFormat, stdout: Sink): Output {
  const json = (value: unknown, indent?: number) => JSON.stringify(toPlain(value) ?? null, null, indent);
  const print = (text: string) => void stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return {
    format,
    list(rows, columns, empty = 'nothing found') {
      if (format === 'jsonl') rows.forEach((row) => print(json(row)));
      else if (format === 'json') print(json(rows, 2));
      else print(rows.length > 0 ? renderTable(rows, columns) : empty);
    },
    one(value, text) {
      if (format === 'table') print(text());
      else print(json(value, format === 'json' ? 2 : undefined));
    },
    note(text) {
      if (format === 'table') print(text);
    },
    line(value, text) {
      print(format === 'table' ? text() : json(value));
    },
  };
}

/** Columns under headers, no frame: easy to read and to cut. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const table = new Table({
    head: columns.map((c) => c.header.toUpperCase()),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: FRAMELESS,
  });
  for (const row of rows) table.push(columns.map((c) => String(c.value(row) ?? '')));
  return trimEnds(table.toString());
}

/** Names beside values, one a line; absent values are left out. */
export function renderFields(fields: readonly (readonly [string, string | number | null | undefined])[]): string {
  const present = fields.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present
    .map(([name, value]) => `${name.padEnd(width)}  ${String(value).replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`)
    .join('\n');
}

/** A value as indented JSON for people. */
export function renderJson(value: unknown): string {
  return JSON.stringify(toPlain(value) ?? null, null, 2);
}

/** `error CODE: message` and what to do next; the same as one JSON object in the machine formats. */
export function renderError(report: ErrorReport, format: OutputFormat): string {
  const { exitCode, ...error } = report;
  if (format !== 'table') return `${JSON.stringify({ error: toPlain({ ...error, exit_code: exitCode }) })}\n`;
  return `error ${error.code}: ${error.message}\n${error.next ? `  ${error.next}\n` : ''}`;
}

const trimEnds = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');

const FRAMELESS = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '',
  bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ',
}; // prettier-ignore
