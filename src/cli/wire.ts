/** What the user's code or configuration made: its keys stay as they are. */
const OPAQUE = new Set(['values', 'value', 'configurable', 'context', 'metadata', 'definition', 'details']);

/** A result of the client API as the CLI prints it in JSON: keys in snake case, as in the tables and in LangGraph's own API. */
export function wire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wire);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [snakeCase(key), OPAQUE.has(key) ? item : wire(item)]),
  );
}

const snakeCase = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
