import { HoldfastError } from '../errors.js';
import type { Run } from '../runs/types.js';

/** LangGraph's interrupt ids: XXH3 in 32 hex digits (hash.ts). */
const INTERRUPT_ID = /^[0-9a-f]{32}$/;

/**
 * Answers by interrupt id, as the engine takes them. A single answer stands for the one interrupt that is pending; with several it
 * would be ambiguous and is refused. @throws INTERRUPT_NOT_FOUND, INPUT_INVALID
 */
export function answersFor({ runId, interrupts }: Run, answers: unknown): Record<string, unknown> {
  const pending = interrupts.map(({ id }) => id);
  if (pending.length === 0) return {};
  if (isById(answers)) {
    const unknown = Object.keys(answers).filter((id) => !pending.includes(id));
    if (unknown.length === 0) return answers;
    throw new HoldfastError('INTERRUPT_NOT_FOUND', `run ${runId} does not ask ${unknown.join(', ')}`, {
      next: `it asks ${pending.join(', ')}`,
      details: { runId, unknown, pending },
    });
  }
  const [only, ...others] = pending;
  if (only !== undefined && others.length === 0 && answers !== undefined) return { [only]: answers };
  throw new HoldfastError('INPUT_INVALID', `run ${runId} asks ${pending.length} things: answer by interrupt id`, {
    next: `it asks ${pending.join(', ')}`,
    details: { runId, pending },
  });
}

function isById(x: unknown): x is Record<string, unknown> {
  if (typeof x !== 'object' || x === null || Array.isArray(x)) return false;
  const keys = Object.keys(x);
  return keys.length > 0 && keys.every((key) => INTERRUPT_ID.test(key));
}
