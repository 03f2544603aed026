import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { defineAgent } from '../../src/agent/define-agent.js';
import { workOnce } from './marks.js';

const graph = new StateGraph(Annotation.Root({ marks: Annotation<string>() }))
  .addNode('work', async ({ marks }) => {
    await workOnce(marks);
    return {};
  })
  .addEdge(START, 'work')
  .addEdge('work', END)
  .compile();

/** Loaded by the children of a supervisor: bench/recovery/langgraph.json. */
export const working = defineAgent({ name: 'working', graph: graph as never });
