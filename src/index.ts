/** Holdfast's main entry: what an agent's own code needs. Workers, clients and tests have entries of their own. */
export { defineAgent } from './agent/define-agent.js';
export type { AgentDefinition, GraphFactory, NodePolicy, RetryPolicy } from './agent/definition.js';
export type { AgentOptions, NodeOptions, RetryOptions } from './agent/options.js';
export { ERROR_CODES, type ErrorCode } from './error-codes.js';
export { HoldfastError, isHoldfastError } from './errors.js';
