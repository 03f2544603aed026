import { expect, test } from 'vitest';
import * as names from '../../src/temporal/names.js';

// Temporal keeps these for as long as a run lives. What is running when one changes is never found again.
test('every name that Temporal persists stays as it was published', () => {
  const { threadWorkflowId, ...constants } = names;
  expect(constants).toEqual({
    SEARCH_ATTRIBUTES: {
      agent: 'HoldfastAgent',
      agentVersion: 'HoldfastAgentVersion',
      status: 'HoldfastStatus',
      owner: 'HoldfastOwner',
      thread: 'HoldfastThread',
    },
    WORKFLOWS: { thread: 'holdfastThread', doctorProbe: 'holdfastDoctorProbe' },
    UPDATES: { submit: 'submit' },
    SIGNALS: { cancel: 'cancel', drain: 'drain' },
    ACTIVITIES: { slice: 'holdfastSlice', noop: 'holdfastNoop' },
    DEFAULT_TASK_QUEUE: 'holdfast',
  });
  expect(threadWorkflowId('0199f3c2')).toBe('thread-0199f3c2');
});
