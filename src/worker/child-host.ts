import type { AttemptHost } from './attempt-host.js';
import { holdAttempts } from './held-attempts.js';
import type { ToChild, ToSupervisor } from './messages.js';

export interface SupervisorLink {
  /** Resolves when the message is in the pipe: it will be read even if this process dies now. */
  send(message: ToSupervisor): Promise<void>;
}

export interface ChildHost extends AttemptHost {
  on(message: ToChild): void;
  drain(): void;
}

/** The attempts of a supervised child: the supervisor knows each token before node code runs. */
export function createChildHost(workerId: string, link: SupervisorLink): ChildHost {
  // That a task was left is not worth a message of its own: it rides along with the next one.
  const left = new Map<string, string[]>();
  const takeLeft = (token: string) => {
    const tasks = left.get(token) ?? [];
    left.delete(token);
    return tasks;
  };

  const attempts = holdAttempts({
    entered: (token, taskId, node) => void link.send({ t: 'entered', token, taskId, node, left: takeLeft(token) }),
    left(token, taskId) {
      const tasks = left.get(token);
      if (tasks) tasks.push(taskId);
      else left.set(token, [taskId]);
    },
    released(token) {
      left.delete(token);
      void link.send({ t: 'released', token });
    },
    async recycle(token, reason) {
      await link.send({ t: 'recycle', token, reason });
      return new Promise<never>(() => undefined); // until the supervisor kills this process
    },
    timedOutLocally: (token) => void link.send({ t: 'adopt', token }),
  });

  return {
    workerId,
    async take(context, of) {
      const { base64TaskToken: token, workflowExecution, attempt, heartbeatTimeoutMs = 0 } = context.info;
      const held = attempts.hold(context, of);
      const { workflowId = '', runId: workflowRunId = '' } = workflowExecution ?? {};
      await link.send({
        t: 'taken',
        attempt: { token, ...of, workflowId, workflowRunId, attempt, heartbeatTimeoutMs },
      });
      return held;
    },
    drain: () => attempts.drain(),
    on(message) {
      if (message.t === 'ping') {
        for (const token of [...left.keys()]) void link.send({ t: 'left', token, taskIds: takeLeft(token) });
        void link.send({ t: 'pong', n: message.n });
      } else if (message.t === 'control') attempts.control(message.threadId, message.control);
      else if (message.t === 'abort') attempts.abort(message.token, message.why);
    },
  };
}
