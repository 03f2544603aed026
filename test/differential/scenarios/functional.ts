/** entrypoint() and task(). */
import { entrypoint, getPreviousState, interrupt, task } from '@langchain/langgraph';
import type { Scenario, ScenarioTools } from '../../support/scenario-types.js';

/** Doubles in parallel, then adds up one after the other. */
const doubleAndAdd = ({ ran, options }: ScenarioTools, beforeSecond: (name: string) => void = () => undefined) => {
  const double = task('t1', async (x: number) => {
    ran(`t1:${x}`);
    return x * 2;
  });
  const increment = task('t2', async (x: number) => {
    ran(`t2:${x}`);
    beforeSecond(`t2:${x}`);
    return x + 1;
  });
  return entrypoint({ name: 'workflow', ...options }, async (numbers: number[]) => {
    ran('body');
    const doubled = await Promise.all(numbers.map((x) => double(x)));
    let total = 0;
    for (const x of doubled) total += await increment(x);
    return total;
  });
};

const tasks: Scenario = {
  name: 'functional-tasks',
  build: (tools) => doubleAndAdd(tools),
  script: async (api) => {
    await api.invoke([1, 2, 3]);
  },
};

const taskRetries: Scenario = {
  name: 'functional-retries',
  retry: { maximumAttempts: 5, initialInterval: 1 },
  executionsWhenRetried: { body: 3, 't2:2': 2, 't2:4': 2 },
  build: (tools) =>
    doubleAndAdd(tools, (name) => {
      if (tools.flaky && tools.count(name) < 2) throw new Error('flaky');
    }),
  script: async (api) => {
    await api.invoke([1, 2]);
  },
};

const taskInterrupts: Scenario = {
  name: 'functional-interrupts',
  build: ({ ran, options }) => {
    const first = task('t1', async (x: string) => {
      ran('t1');
      return `${x}t1`;
    });
    const ask = task('ask', async (x: string) => {
      ran('ask');
      return interrupt<string, string>(`in task ${x}`);
    });
    return entrypoint({ name: 'workflow', ...options }, async (x: string) => {
      const a = await first(x);
      const b = interrupt<string, string>('body?');
      const c = await ask(a);
      return entrypoint.final({ value: [a, b, c].join('|'), save: `saved:${getPreviousState<string>() ?? ''}` });
    });
  },
  script: async (api) => {
    await api.invoke('x');
    await api.answer('B');
    await api.answer('C');
    await api.invoke('y');
    await api.answer('B2');
    await api.answer('C2');
  },
};

export const functional: Scenario[] = [tasks, taskRetries, taskInterrupts];
