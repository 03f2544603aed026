import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { registerDiff } from './state/diff.js';
import { registerEdit } from './state/edit.js';
import { registerRead } from './state/read.js';

export function register(program: Command, context: CliContext): void {
  const state = program.command('state').description("see and change a thread's state");
  registerRead(state, context);
  registerDiff(state, context);
  registerEdit(state, context);
}
