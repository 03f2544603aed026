import canonicalize from 'canonicalize';

/** A write as the shop knows it: what was asked for. Its idempotency key does not count, so that a key cannot hide a duplicate. */
export interface Write {
  name: string;
  args: object;
}

export interface Judgement {
  /** Applied more often than asked for, each one time too many. */
  duplicates: Write[];
  /** Asked for and not applied. */
  lost: Write[];
  /** Applied and never asked for. */
  unexpected: Write[];
}

/** Compares what should have happened with what the shop's ledger says, write by write. */
export function judge(expected: readonly Write[], applied: readonly Write[]): Judgement {
  const missing = countOf(expected);
  const known = new Set(missing.keys());
  const judgement: Judgement = { duplicates: [], lost: [], unexpected: [] };
  for (const write of applied) {
    const key = keyOf(write);
    const left = missing.get(key) ?? 0;
    if (left > 0) missing.set(key, left - 1);
    else if (known.has(key)) judgement.duplicates.push(write);
    else judgement.unexpected.push(write);
    known.add(key); // what nobody asked for is unexpected once, and a duplicate the second time
  }
  for (const write of expected) {
    const key = keyOf(write);
    const left = missing.get(key) ?? 0;
    if (left === 0) continue;
    judgement.lost.push(write);
    missing.set(key, left - 1);
  }
  return judgement;
}

function countOf(writes: readonly Write[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const write of writes) counts.set(keyOf(write), (counts.get(keyOf(write)) ?? 0) + 1);
  return counts;
}

const keyOf = ({ name, args }: Write): string => `${name} ${canonicalize(args)}`;
