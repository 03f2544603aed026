export { createCheckpointCache, type CacheLimits, type CheckpointCache } from './cache.js';
export { PostgresCheckpointer, type PostgresCheckpointerOptions } from './checkpointer.js';
export { CheckpointSession, type Commit, type SessionStart, type TaskTrace } from './session.js';
