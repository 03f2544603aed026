import { describe, expect, test } from 'vitest';
import { judge } from '../../src/demo/judge.js';

const refund = (amount: number) => ({ name: 'refund', args: { order: '1', amount } });

describe("the demo's judge", () => {
  test('has nothing to say when each write was applied once, in whatever order and however spelled', () => {
    const applied = [refund(2), { name: 'refund', args: { amount: 1, order: '1' } }];
    expect(judge([refund(1), refund(2)], applied)).toEqual({ duplicates: [], lost: [], unexpected: [] });
  });

  test('counts every application too many, also of what was asked for more than once', () => {
    const { duplicates, lost } = judge([refund(1), refund(1), refund(2)], [1, 1, 1, 1, 2].map(refund));
    expect(duplicates).toEqual([refund(1), refund(1)]);
    expect(lost).toEqual([]);
  });

  test('names what is missing, each time it is missing', () => {
    expect(judge([refund(1), refund(1), refund(2)], [refund(1)]).lost).toEqual([refund(1), refund(2)]);
  });

  test('a write that nobody asked for is unexpected once and a duplicate from then on', () => {
    const { unexpected, duplicates } = judge([], [refund(1), refund(1)]);
    expect(unexpected).toEqual([refund(1)]);
    expect(duplicates).toEqual([refund(1)]);
  });
});
