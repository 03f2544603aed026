/**
 * Anything that graph state can hold as plain JSON: messages as {type, content, ...} instead of LangChain's constructor form,
 * maps and sets as objects and arrays, dates as ISO text, bytes as base64. For reading by people and scripts, not for loading back.
 */
export function toPlain(value: unknown): unknown {
  return plain(value, new Set());
}

function plain(value: unknown, above: Set<object>): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (above.has(value)) return '[circular]';
  above.add(value);
  const result = plainObject(value, above);
  above.delete(value);
  return result;
}

function plainObject(value: object, above: Set<object>): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, above));
  if (value instanceof Set) return [...value].map((item) => plain(item, above));
  if (value instanceof Map)
    return record(
      [...value].map(([key, item]) => [String(key), item]),
      above,
    );
  if (value instanceof Error)
    return record(
      [
        ['name', value.name],
        ['message', value.message],
      ],
      above,
    );
  if (isMessage(value)) return plainMessage(value, above);
  return record(Object.entries(value), above);
}

function record(entries: (readonly [string, unknown])[], above: Set<object>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const as = plain(item, above);
    if (as !== undefined) result[key] = as;
  }
  return result;
}

interface MessageLike {
  getType(): string;
  content: unknown;
}

function isMessage(value: object): value is MessageLike {
  return 'lc_namespace' in value && 'content' in value && 'getType' in value && typeof value.getType === 'function';
}

const MESSAGE_FIELDS = ['id', 'name', 'tool_calls', 'tool_call_id', 'status', 'artifact', 'usage_metadata'] as const;

function plainMessage(message: MessageLike, above: Set<object>): unknown {
  const fields = message as unknown as Record<string, unknown>;
  const kept = MESSAGE_FIELDS.map((field) => [field, fields[field]] as const).filter(
    ([, item]) => item !== undefined && item !== null && !(Array.isArray(item) && item.length === 0),
  );
  return record([['type', message.getType()], ['content', message.content], ...kept], above);
}
