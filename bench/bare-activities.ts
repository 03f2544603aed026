import { Context } from '@temporalio/activity';
import { workOnce } from './recovery/marks.js';

export interface BareActivities {
  noop(): Promise<void>;
  /** Says that its code is entered. */
  enter(id: string, answer: string): Promise<void>;
  /** Does not end before its process is killed; its next attempt does. */
  work(marks: string): Promise<void>;
}

export function createBareActivities(entered: (id: string) => void = () => undefined): BareActivities {
  return {
    async noop() {},
    async enter(id) {
      entered(id);
    },
    async work(marks) {
      const beating = setInterval(() => Context.current().heartbeat(), 1_000);
      try {
        await workOnce(marks);
      } finally {
        clearInterval(beating);
      }
    },
  };
}
