import { readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { startEphemeralStack } from '../../src/testing/ephemeral-stack.js';

/** One stack for the whole run; `HOLDFAST_TEST_STACK` names a JSON file of one that runs already (databaseUrl, temporalAddress, namespace). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env.HOLDFAST_TEST_STACK;
  if (running) {
    project.provide('stack', JSON.parse(readFileSync(running, 'utf8')) as ProvidedStack);
    return async () => undefined;
  }
  const { stop, databaseUrl, temporalAddress, namespace } = await startEphemeralStack();
  project.provide('stack', { databaseUrl, temporalAddress, namespace });
  return stop;
}

export interface ProvidedStack {
  databaseUrl: string;
  temporalAddress: string;
  namespace: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: ProvidedStack;
  }
}
