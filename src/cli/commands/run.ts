import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { registerList } from './run/list.js';
import { registerResume } from './run/resume.js';
import { registerShow } from './run/show.js';
import { registerStart } from './run/start.js';
import { registerVerbs } from './run/verbs.js';

export function register(program: Command, context: CliContext): void {
  const run = program.command('run').description('start runs, see what they did, answer and repair them');
  registerStart(run, context);
  registerList(run, context);
  registerShow(run, context);
  registerResume(run, context);
  registerVerbs(run, context);
}
