import { v7 as uuidv7 } from 'uuid';
import type { AgentDefinition } from '../agent/definition.js';
import { isHoldfastError, messageOf } from '../errors.js';
import type { SliceOutcome } from '../graph/slice.js';
import type { SliceReport } from './finish-slice.js';
import type { HoldCause, RunError, RunStatus } from './types.js';

export interface Stop {
  cause: HoldCause;
  message: string;
  node: string | null;
  taskId: string | null;
}

/** A run that cannot go on by itself: a defined agent's waits for an operator, a bare graph's ends with an error. */
export function holdOf(agent: AgentDefinition, stop: Stop): SliceReport & { status: RunStatus } {
  const error = { code: CODES[stop.cause], name: NAMES[stop.cause], message: stop.message };
  if (agent.onExhausted === 'fail') return { outcome: 'error', status: 'error', error };
  return {
    outcome: 'held',
    status: 'held',
    error,
    waitingAt: stop.node === null ? [] : [stop.node],
    hold: { holdId: uuidv7(), ...stop },
  };
}

const CODES: Record<HoldCause, string> = {
  node_failed: 'NODE_FAILED',
  node_timeout: 'NODE_TIMEOUT',
  node_killed_process: 'NODE_KILLED_PROCESS',
  limit_reached: 'LIMIT_REACHED',
  graph_failed: 'RUN_FAILED',
  state_unserializable: 'STATE_UNSERIALIZABLE',
};
const NAMES: Record<HoldCause, string> = {
  node_failed: 'NodeFailed',
  node_timeout: 'NodeTimeoutError',
  node_killed_process: 'NodeKilledProcess',
  limit_reached: 'LimitReached',
  graph_failed: 'GraphFailed',
  state_unserializable: 'StateUnserializable',
};

/** What a slice that did not merely pause means for the run. */
export function reportOf(agent: AgentDefinition, outcome: SliceOutcome): SliceReport {
  const { failures, interrupts } = outcome;
  switch (outcome.end) {
    case 'success':
      return { outcome: 'success', status: 'success' };
    case 'interrupted':
      return {
        outcome: 'interrupted',
        status: 'interrupted',
        interrupts,
        waitingAt: interrupts.map(({ node }) => node),
      };
    case 'limit': {
      const message = `the run reached its limit of ${outcome.limit}`;
      return holdOf(agent, { cause: 'limit_reached', message, node: null, taskId: null });
    }
    case 'blocked': {
      const final = failures.find((failure) => failure.final);
      if (!final) return { outcome: 'retry', failures };
      const cause = final.name === 'NodeTimeoutError' ? 'node_timeout' : 'node_failed';
      const { node, taskId, name, message } = final;
      return { ...holdOf(agent, { cause, message: `${name}: ${message}`, node, taskId }), failures };
    }
    case 'error':
      return errorReport(agent, outcome);
    case 'drained':
    case 'aborted':
      return { outcome: outcome.end };
  }
}

/** An error that no node's policy dealt with. A recursion limit is the caller's own and ends the run, as in LangGraph. */
function errorReport(agent: AgentDefinition, { error, failures }: SliceOutcome): SliceReport {
  const described = runErrorOf(error);
  if (agent.onExhausted === 'fail' || described.name === 'GraphRecursionError') {
    return { outcome: 'error', status: 'error', error: described, failures };
  }
  const cause = described.code === 'STATE_UNSERIALIZABLE' ? 'state_unserializable' : 'graph_failed';
  const message = `${described.name}: ${described.message}`;
  return { ...holdOf(agent, { cause, message, node: null, taskId: null }), error: described, failures };
}

function runErrorOf(error: unknown): RunError {
  if (isHoldfastError(error)) return { code: error.code, name: error.name, message: messageOf(error) };
  const { name } = error instanceof Error ? error : { name: 'Error' };
  return {
    code: 'RUN_FAILED',
    name,
    message: error instanceof Error ? error.message || messageOf(error) : String(error),
  };
}
