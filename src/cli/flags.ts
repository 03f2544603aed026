import { Option, type Command } from 'commander';

export const OUTPUT_FORMATS = ['table', 'json', 'jsonl'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** The options every command takes. */
export interface GlobalFlags {
  output: OutputFormat;
  config?: string;
  databaseUrl?: string;
  temporalAddress?: string;
  namespace?: string;
  log?: (typeof LOG_LEVELS)[number];
}

export function addGlobalFlags(program: Command): Command {
  return program
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(OUTPUT_FORMATS).default('table'))
    .option('-c, --config <file>', "the project's langgraph.json, or the folder that holds it")
    .option('--database-url <url>', 'PostgreSQL, postgres://user:password@host:port/database')
    .option('--temporal-address <host:port>', 'Temporal server')
    .option('--namespace <name>', 'Temporal namespace')
    .addOption(new Option('--log <level>', 'what to log on stderr').choices(LOG_LEVELS));
}
