import type { Run } from '../runs/types.js';
import { between, formatMs } from './durations.js';
import { renderFields, renderJson, type Column } from './output.js';

export const RUN_COLUMNS: readonly Column<Run>[] = [
  { header: 'run', value: (run) => run.runId },
  { header: 'agent', value: (run) => run.agent },
  { header: 'status', value: (run) => run.status },
  { header: 'steps', value: (run) => run.steps },
  { header: 'took', value: tookOf },
  { header: 'created', value: (run) => run.createdAt.toISOString() },
  { header: 'thread', value: (run) => run.threadId },
];

/** A run as fields, and what it waits for with the command that goes on. */
export function renderRun(run: Run): string {
  const fields = renderFields([
    ['run', run.runId],
    ['thread', run.threadId],
    ['agent', `${run.agent}${run.agentVersion === null ? '' : ` ${run.agentVersion}`}`],
    ['status', run.status],
    ['answers', run.resumesRunId],
    ['steps', run.steps],
    ['waits at', run.waitingAt.join(', ')],
    ['error', run.error && `${run.error.code} ${run.error.name}: ${run.error.message}`],
    ['created', run.createdAt.toISOString()],
    ['took', tookOf(run)],
  ]);
  const next = nextFor(run);
  return next ? `${fields}\n\n${next}` : fields;
}

function nextFor(run: Run): string | undefined {
  if (run.status === 'held') return `holdfast run retry|skip|goto|cancel ${run.runId}`;
  if (run.status !== 'interrupted') return undefined;
  const questions = run.interrupts.map(
    ({ id, node, value }) => `${node} asks (interrupt ${id}):\n${indent(renderJson(value))}`,
  );
  const [only, ...others] = run.interrupts;
  const answer = others.length === 0 ? 'JSON' : `${only?.id ?? 'ID'}=JSON ...`;
  return [...questions, `holdfast run resume ${run.runId}${only ? ` --answer ${answer}` : ''}`].join('\n');
}

function tookOf(run: Run): string {
  return run.startedAt && run.endedAt ? formatMs(between(run.startedAt, run.endedAt)) : '';
}

const indent = (text: string) => text.replace(/^/gm, '  ');
