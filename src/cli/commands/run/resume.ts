import type { Command } from 'commander';
import { HoldfastError } from '../../../errors.js';
import type { Run } from '../../../runs/types.js';
import { collect, parseJson, readJson } from '../../arguments.js';
import { addAwaitOptions, reportRun, type AwaitOptions } from '../../await-run.js';
import type { CliContext } from '../../context.js';
import { resolveRunId } from '../../ids.js';
import { renderJson } from '../../output.js';
import { actorName } from '../../reason.js';

const EXAMPLES = `
Examples:
  holdfast run resume 0199f3c2 --answer true
  holdfast run resume 0199f3c2 --answer 5d2a=true --answer 9c41='{"amount": 20}' --wait`;

export function registerResume(run: Command, context: CliContext): void {
  const resume = run
    .command('resume')
    .description('answer the questions that a run waits with')
    .argument('<run>', 'its id, or the beginning of it')
    .option('-a, --answer <answer>', 'JSON when one question is open, else INTERRUPT=JSON, repeated', collect);
  addAwaitOptions(resume)
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, flags: AwaitOptions & { answer?: string[] }) => {
      const client = await context.client();
      const waiting = await client.runs.get(await resolveRunId(client, id));
      // Stopped at a breakpoint it asks nothing and only has to be sent on.
      const atBreakpoint = waiting.status === 'interrupted' && waiting.interrupts.length === 0 && !flags.answer;
      const answers = atBreakpoint ? undefined : await answersOf(context, waiting, flags.answer);
      await reportRun(context, await client.runs.resume(waiting.runId, answers, { initiator: actorName() }), flags);
    });
}

/** By interrupt id. */
async function answersOf(context: CliContext, run: Run, given: string[] | undefined): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const answer of given ?? [await askPerson(context, run)]) {
    // No JSON text begins with a name and an equals sign.
    const [, id, json] = /^([\w-]+)=(.*)$/s.exec(answer) ?? [];
    if (id !== undefined && json !== undefined)
      answers[interruptId(run, id)] = await readJson(json, '--answer', context.stdin);
    else answers[onlyInterrupt(run)] = await readJson(answer, '--answer', context.stdin);
  }
  return answers;
}

function interruptId({ runId, interrupts }: Run, given: string): string {
  const [found, ...others] = interrupts.filter(({ id }) => id.startsWith(given));
  if (found && others.length === 0) return found.id;
  throw new HoldfastError('INTERRUPT_NOT_FOUND', `run ${runId} has no interrupt ${given}`, {
    next: interrupts.length > 0 ? `it asks ${interrupts.map(({ id }) => id).join(', ')}` : 'it asks nothing',
  });
}

function onlyInterrupt({ interrupts, runId, status }: Run): string {
  const [only, ...others] = interrupts;
  if (only && others.length === 0) return only.id;
  if (!only) {
    throw new HoldfastError('INTERRUPT_NOT_FOUND', `run ${runId} asks nothing: it is ${status}`, {
      next: `see \`holdfast run show ${runId}\``,
    });
  }
  const ids = interrupts.map(({ id, node }) => `${id} (${node})`).join(', ');
  throw new HoldfastError('USAGE', `run ${runId} asks ${interrupts.length} questions`, {
    next: `say which: --answer INTERRUPT=JSON; open are ${ids}`,
  });
}

async function askPerson(context: CliContext, run: Run): Promise<string> {
  const id = onlyInterrupt(run);
  const question = run.interrupts[0]?.value;
  const answer = await context.ask(`${renderJson(question)}\nAnswer (JSON, or text): `, '--answer');
  try {
    parseJson(answer, '--answer');
    return `${id}=${answer}`;
  } catch {
    return `${id}=${JSON.stringify(answer)}`;
  }
}
