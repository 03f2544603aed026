/** The command line as a user calls it, in this process: what it prints, and what it returns to the shell. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCli } from '../../src/cli/program.js';
import { sharedStack } from './stack.js';

export interface CliResult {
  code: number;
  out: string;
  err: string;
  /** stdout as JSON. */
  json(): Record<string, unknown>;
}

export interface CliCall {
  stdin?: string;
  cwd?: string;
  /** A person sits there and types `stdin`. */
  tty?: boolean;
}

export async function callCli(
  args: string[],
  { stdin = '', cwd = process.cwd(), tty = false }: CliCall = {},
): Promise<CliResult> {
  const typed = Object.assign(Readable.from([stdin]), { isTTY: tty });
  const stdout = Object.assign(new PassThrough(), { isTTY: tty });
  const stderr = new PassThrough();
  const printed = Promise.all([text(stdout), text(stderr)]);
  const code = await runCli(args, { stdin: typed, stdout, stderr }, cwd);
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { code, out, err, json: () => JSON.parse(out) as Record<string, unknown> };
}

/** Calls against one database of the shared stack. */
export function cliOf(databaseUrl: string): (args: string[], call?: CliCall) => Promise<CliResult> {
  const { temporalAddress, namespace } = sharedStack();
  const global = [
    '--database-url',
    databaseUrl,
    '--temporal-address',
    temporalAddress,
    '--namespace',
    namespace,
    '--log',
    'silent',
  ];
  return (args, call) => callCli([...args, ...global], call);
}
