import { interrupt } from '@langchain/langgraph';
import type { HITLRequest } from 'langchain';
import { z } from 'zod';

const Answer = z.object({
  decisions: z.tuple([
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('approve') }),
      z.object({ type: z.literal('reject'), message: z.string().optional() }),
    ]),
  ]),
});

export type Decision = z.infer<typeof Answer>['decisions'][0];

export interface Action {
  name: string;
  args: Record<string, unknown>;
  /** What a person should know before deciding. */
  description: string;
}

/**
 * Asks a person and waits, for seconds or for weeks: the run ends here and the answer starts the next one, which runs the
 * tool again from its beginning, this time with the decision. So nothing may have been written before this line.
 * Question and answer have the shape of LangChain's human-in-the-loop middleware, which review tools understand.
 */
export function decide(action: Action): Decision {
  const question: HITLRequest = {
    actionRequests: [action],
    reviewConfigs: [{ actionName: action.name, allowedDecisions: ['approve', 'reject'] }],
  };
  return Answer.parse(interrupt(question)).decisions[0];
}
