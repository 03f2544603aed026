import { setTimeout as delay } from 'node:timers/promises';
import { Annotation, END, START, Send, StateGraph } from '@langchain/langgraph';
import { read, search } from './library.js';

interface Finding {
  question: string;
  sentences: string[];
  sources: string[];
}

const append = <T>() => Annotation<T[]>({ reducer: (all, more) => all.concat(more), default: () => [] });

/** How long a look at a source takes, in ms: long enough to watch it run, and to kill a worker meanwhile. */
const READING_MS = 150;

/** One researcher: looks for sources, reads them one by one, and concludes. A subgraph with a state of its own. */
const Question = Annotation.Root({ question: Annotation<string> });
const Conclusion = Annotation.Root({ findings: append<Finding>() });
const Researcher = Annotation.Root({
  ...Question.spec,
  ...Conclusion.spec,
  unread: Annotation<string[]>,
  sources: append<string>(),
  sentences: append<string>(),
});

const researcher = new StateGraph(Researcher, { input: Question, output: Conclusion })
  .addNode('search', async ({ question }) => ({ unread: await search(question) }))
  .addNode('read', async ({ question, unread: [title, ...unread] }) => {
    if (title === undefined) return {};
    await delay(READING_MS);
    const { text } = await read(title);
    const sentences = text.split(/(?<=\.) /).filter((s) => s.toLowerCase().includes(question.toLowerCase()));
    return { unread, sentences, sources: [title] };
  })
  .addNode('conclude', ({ question, sentences, sources }) => ({ findings: [{ question, sentences, sources }] }))
  .addEdge(START, 'search')
  .addConditionalEdges('search', more, ['read', 'conclude'])
  .addConditionalEdges('read', more, ['read', 'conclude'])
  .addEdge('conclude', END)
  .compile();

function more({ unread }: typeof Researcher.State): 'read' | 'conclude' {
  return unread.length > 0 ? 'read' : 'conclude';
}

/** The whole: one researcher for each question, all at the same time, then a report that holds their findings together. */
const State = Annotation.Root({
  topic: Annotation<string>,
  questions: Annotation<string[]>,
  ...Conclusion.spec,
  report: Annotation<string>,
});

/** A topic such as "tides, wind power and fish" is three questions. */
function plan({ topic }: typeof State.State): typeof State.Update {
  const questions = topic.split(/,| and /).map((part) => part.trim());
  return { questions: questions.filter((part) => part !== '') };
}

function fanOut({ questions }: typeof State.State): Send[] {
  return questions.map((question) => new Send('researcher', { question }));
}

function write({ topic, findings }: typeof State.State): typeof State.Update {
  const sections = findings.map(({ question, sentences, sources }) => {
    const body = sentences.length > 0 ? `${sentences.join(' ')} [${sources.join(', ')}]` : 'Nothing was found.';
    return `## ${question}\n${body}`;
  });
  return { report: [`# ${topic}`, ...sections].join('\n\n') };
}

export const graph = new StateGraph(State)
  .addNode('plan', plan)
  .addNode('researcher', researcher)
  .addNode('write', write)
  .addEdge(START, 'plan')
  .addConditionalEdges('plan', fanOut, ['researcher'])
  .addEdge('researcher', 'write')
  .addEdge('write', END)
  .compile();
