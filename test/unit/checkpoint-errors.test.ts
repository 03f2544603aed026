import { describe, expect, it } from 'vitest';
import { contains, storageError } from '../../src/checkpoint/errors.js';

const sqlState = (code: string, message = 'from the server') => Object.assign(new Error(message), { code });

describe('what a failing statement means', () => {
  it.each([
    ['a full disk', sqlState('53100'), 'DISK_FULL'],
    ['no server', sqlState('ECONNREFUSED'), 'POSTGRES_UNREACHABLE'],
    [
      'no server on any address',
      new AggregateError([sqlState('ECONNREFUSED'), sqlState('ECONNREFUSED')]),
      'POSTGRES_UNREACHABLE',
    ],
    ['a server that shuts down', sqlState('57P01'), 'POSTGRES_UNREACHABLE'],
    ['no connection left', sqlState('53300'), 'POSTGRES_UNREACHABLE'],
    ['a broken connection', new Error('Connection terminated unexpectedly'), 'POSTGRES_UNREACHABLE'],
    ['an exhausted pool', new Error('timeout exceeded when trying to connect'), 'POSTGRES_UNREACHABLE'],
    ['no tables', sqlState('42P01'), 'SCHEMA_MISSING'],
    ['a character that text cannot hold', sqlState('22021'), 'STATE_UNSERIALIZABLE'],
    ['a value too large', sqlState('54000'), 'STATE_UNSERIALIZABLE'],
  ])('%s', (_name, error, code) => {
    expect(storageError(error)).toMatchObject({ code, cause: error });
  });

  it('anything else stays what it is', () => {
    const bug = sqlState('42601');
    expect(storageError(bug)).toBe(bug);
  });
});

it('an error is recognised in causes and aggregates, also in a cycle of them', () => {
  const own = new Error('own');
  const marked = new WeakSet([own]);
  const cycle = new Error('cycle');
  cycle.cause = cycle;
  expect(contains(marked, new Error('a', { cause: new AggregateError([cycle, new Error('b', { cause: own })]) }))).toBe(
    true,
  );
  expect(contains(marked, new AggregateError([cycle, 'text', undefined]))).toBe(false);
});
