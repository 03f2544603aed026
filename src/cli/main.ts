#!/usr/bin/env node
import { runCli } from './program.js';

// `holdfast run ls | head` closes the pipe early: that is no error.
process.stdout.on('error', (e: NodeJS.ErrnoException) => process.exit(e.code === 'EPIPE' ? 0 : 1));

const { stdin, stdout, stderr } = process;
process.exitCode = await runCli(process.argv.slice(2), { stdin, stdout, stderr }, process.cwd());
