import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { HoldfastClient } from '../client/index.js';
import { HoldfastError } from '../errors.js';
import type { ResolvedSettings } from '../settings/index.js';
import type { Logger } from '../telemetry/log.js';
import type { GlobalFlags } from './flags.js';
import { createOutput, type Output } from './output.js';

export interface CliStreams {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean };
}

/** What every command works with. Nothing is connected before a command asks for it. */
export interface CliContext extends CliStreams {
  /** The folder the command was called in. */
  cwd: string;
  /** A person sits at both ends, so questions may be asked. */
  isTTY: boolean;
  /** The global options of this call; known once the command line has been read. */
  flags(): GlobalFlags;
  output(): Output;
  /** Flags, environment, files and defaults, resolved once. */
  settings(): Promise<ResolvedSettings>;
  log(): Promise<Logger>;
  /** The client API, connected at the first call. */
  client(): Promise<HoldfastClient>;
  /** One line from the person. @throws USAGE, naming `instead`, when nobody is there to answer. */
  ask(question: string, instead: string): Promise<string>;
  confirm(question: string, instead: string): Promise<boolean>;
  /** What the process returns when the command ends without an error. */
  exitCode: number;
  close(): Promise<void>;
}

export function createContext(streams: CliStreams, cwd: string, readFlags: () => GlobalFlags): CliContext {
  const once = <T>(make: () => Promise<T>) => {
    let made: Promise<T> | undefined;
    return { get: () => (made ??= make()), made: () => made };
  };
  const settings = once(async () => {
    const { resolveSettings } = await import('../settings/index.js');
    return resolveSettings({ flags: readFlags(), cwd, isTTY: streams.stderr.isTTY === true });
  });
  const log = once(async () => {
    const { createLogger } = await import('../telemetry/log.js');
    return createLogger((await settings.get()).log);
  });
  const client = once(async () => {
    const { createClient } = await import('../client/index.js');
    const { databaseUrl, temporal, schema } = await settings.get();
    return createClient({ databaseUrl, temporal, schema });
  });

  const isTTY = Boolean(streams.stdin.isTTY && streams.stdout.isTTY);
  const ask = async (question: string, instead: string) => {
    if (!isTTY)
      throw new HoldfastError('USAGE', `${instead} is needed when nobody can be asked`, { next: 'see --help' });
    const lines = createInterface({ input: streams.stdin, output: streams.stderr });
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  };

  return {
    ...streams,
    cwd,
    isTTY,
    flags: readFlags,
    output: () => createOutput(readFlags().output, streams.stdout),
    settings: settings.get,
    log: log.get,
    client: client.get,
    ask,
    confirm: async (question, instead) => /^y(es)?$/i.test(await ask(`${question} [y/N] `, instead)),
    exitCode: 0,
    async close() {
      const open = await client.made()?.catch(() => undefined);
      await open?.close();
    },
  };
}
