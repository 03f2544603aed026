/**
 * Stable error codes: part of the public contract, so a code is never renamed or reused.
 * The number is the CLI's exit code for it (2 usage, 3 not found, 4 conflict or stale, 5 denied, 6 run failed, 7 timeout,
 * 8 the run waits; 1 is everything else).
 */
export const ERROR_CODES = {
  // local stack
  POSTGRES_UNREACHABLE: 1,
  POSTGRES_START_FAILED: 1,
  TEMPORAL_UNREACHABLE: 1,
  TEMPORAL_BINARY_MISSING: 1,
  TEMPORAL_START_FAILED: 1,
  STACK_NOT_RUNNING: 1,
  STACK_ALREADY_RUNNING: 4,
  // settings and project files
  SETTINGS_INVALID: 2,
  PROJECT_NOT_FOUND: 3,
  PROJECT_INVALID: 2,
  GRAPH_LOAD_FAILED: 1,
  AGENT_INVALID: 2,
  LANGGRAPH_DUPLICATED: 1,
  LANGGRAPH_UNSUPPORTED: 1,
  // database
  SCHEMA_NEWER: 1,
  SCHEMA_MISSING: 1,
  MIGRATION_FAILED: 1,
  DISK_FULL: 1,
  // runs
  AGENT_NOT_FOUND: 3,
  NO_WORKER: 1,
  RUN_NOT_FOUND: 3,
  THREAD_NOT_FOUND: 3,
  THREAD_BUSY: 4,
  THREAD_DELETED: 4,
  INPUT_INVALID: 2,
  INTERRUPT_NOT_FOUND: 3,
  INTERRUPT_ANSWERED: 4,
  RUN_NOT_HELD: 4,
  RUN_ENDED: 4,
  RUN_FAILED: 6,
  RUN_WAITS: 8,
  WAIT_TIMEOUT: 7,
  CHECKPOINT_NOT_FOUND: 3,
  STATE_CONFLICT: 4,
  NODE_UNKNOWN: 3,
  // engine
  FENCED: 4,
  FOREIGN_WRITER: 4,
  STATE_UNSERIALIZABLE: 6,
  NODE_FAILED: 6,
  NODE_TIMEOUT: 6,
  NODE_KILLED_PROCESS: 6,
  LIMIT_REACHED: 6,
  // command line
  USAGE: 2,
  INTERNAL: 1,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
