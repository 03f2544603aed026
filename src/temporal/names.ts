/** Names that Temporal persists. Changing one orphans what is running; test/unit/persisted-names.test.ts pins them. */
export const SEARCH_ATTRIBUTES = {
  agent: 'HoldfastAgent',
  agentVersion: 'HoldfastAgentVersion',
  status: 'HoldfastStatus',
  owner: 'HoldfastOwner',
  thread: 'HoldfastThread',
} as const;

export const WORKFLOWS = { thread: 'holdfastThread', doctorProbe: 'holdfastDoctorProbe' } as const;
export const UPDATES = { submit: 'submit' } as const;
export const SIGNALS = { cancel: 'cancel', drain: 'drain' } as const;
export const ACTIVITIES = { slice: 'holdfastSlice', noop: 'holdfastNoop' } as const;
export const DEFAULT_TASK_QUEUE = 'holdfast';

/** The workflow id is the thread's lock: Temporal allows one open execution per id. */
export const threadWorkflowId = (threadId: string): string => `thread-${threadId}`;
