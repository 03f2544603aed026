import type { ErrorCode } from './error-codes.js';

export interface HoldfastErrorOptions {
  /** What the person can do about it, as one sentence. */
  next?: string;
  cause?: unknown;
  /** Facts worth printing or logging beside the message: ids and numbers, never a secret or graph state. */
  details?: Record<string, unknown>;
}

/** Every error Holdfast raises on purpose: a stable code, what happened, and what to do next. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly code: ErrorCode;
  readonly next: string | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: HoldfastErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.next = options.next;
    this.details = options.details ?? {};
  }
}

export function isHoldfastError(e: unknown, code?: ErrorCode): e is HoldfastError {
  return e instanceof HoldfastError && (code === undefined || e.code === code);
}

/** The message of anything that was thrown, with the messages of its causes. */
export function messageOf(e: unknown): string {
  if (!(e instanceof Error)) return String(e);
  const own = e.message || (e instanceof AggregateError ? e.errors.map(messageOf).join('; ') : e.name);
  const cause = e.cause === undefined ? '' : messageOf(e.cause);
  return cause && !own.includes(cause) ? `${own}: ${cause}` : own;
}
