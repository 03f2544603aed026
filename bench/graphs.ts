/** The graphs that are measured: one node that does nothing, so that what is measured is everything else. */
import { AIMessage } from '@langchain/core/messages';
import { Annotation, END, interrupt, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';

const Count = Annotation.Root({ n: Annotation<number>(), steps: Annotation<number>() });
const Chat = Annotation.Root({ ...MessagesAnnotation.spec, ...Count.spec, size: Annotation<number>() });

const again = ({ n, steps }: { n: number; steps: number }) => (n >= steps ? END : 'step');

/** Takes `steps` supersteps, with a state of two numbers. */
const tiny = () =>
  new StateGraph(Count)
    .addNode('step', ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', again);

/** The same; each superstep appends a message of `size` characters. */
const chat = () =>
  new StateGraph(Chat)
    .addNode('step', ({ n, size, messages }) => ({
      n: n + 1,
      messages: [new AIMessage({ id: `m${messages.length}`, content: 'x'.repeat(size) })],
    }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', again);

/** Asks, and says when its code is entered. */
const question = (entered: (threadId: string) => void) =>
  new StateGraph(Annotation.Root({ answer: Annotation<string>() }))
    .addNode('ask', (_, config) => {
      entered(String(config.configurable?.thread_id));
      return { answer: interrupt<string, string>('go on?') };
    })
    .addEdge(START, 'ask')
    .addEdge('ask', END);

export type GraphName = 'tiny' | 'chat' | 'question';

/** All of them, compiled; for plain LangGraph with the saver that it is to use. */
export function compileGraphs(
  checkpointer?: BaseCheckpointSaver,
  entered: (threadId: string) => void = () => undefined,
) {
  return {
    tiny: tiny().compile({ checkpointer }),
    chat: chat().compile({ checkpointer }),
    question: question(entered).compile({ checkpointer }),
  };
}
