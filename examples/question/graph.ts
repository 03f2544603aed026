import { Annotation, Command, END, START, StateGraph, interrupt } from '@langchain/langgraph';

/** A newsletter that goes out only after an editor has read it: a plain StateGraph with a question to a person. */
const State = Annotation.Root({
  topic: Annotation<string>,
  draft: Annotation<string>,
  /** What the editor wanted otherwise, oldest first. */
  remarks: Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
  sent: Annotation<string>,
});

export interface Question {
  question: string;
  draft: string;
  answers: string;
}

/** `true` sends it; a text is a remark, and a new draft follows. */
export type Answer = true | string;

function write({ topic, remarks }: typeof State.State): typeof State.Update {
  const revised = remarks.map((remark) => ` (${remark})`).join('');
  return { draft: `This week everything is about ${topic}.${revised}` };
}

/** The run ends here and costs nothing while the editor thinks; the answer starts the next run, in this node. */
function ask({ draft }: typeof State.State): Command {
  const question: Question = { question: 'May this go out?', draft, answers: 'true, or what should be different' };
  const answer = interrupt<Question, Answer>(question);
  return answer === true
    ? new Command({ goto: 'send' })
    : new Command({ goto: 'write', update: { remarks: [answer] } });
}

function send({ draft }: typeof State.State): typeof State.Update {
  return { sent: draft };
}

export const graph = new StateGraph(State)
  .addNode('write', write)
  .addNode('ask', ask, { ends: ['write', 'send'] })
  .addNode('send', send)
  .addEdge(START, 'write')
  .addEdge('write', 'ask')
  .addEdge('send', END)
  .compile();
