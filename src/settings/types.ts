import type { TLSConfig } from '@temporalio/client';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** What a command line may say; each wins over every other source. */
export interface SettingFlags {
  /** langgraph.json or its folder. */
  config?: string;
  databaseUrl?: string;
  temporalAddress?: string;
  namespace?: string;
  log?: string;
}

/** From strongest to weakest. */
export type Source = 'flag' | 'environment' | 'project' | 'temporal.toml' | 'dev.json' | 'default';

export interface Origin {
  source: Source;
  /** For people: `--database-url`, `DATABASE_URL`, `DATABASE_URL in /p/.env`, a file's path, `default`. */
  where: string;
}

/** One setting as `holdfast doctor` prints it. */
export interface SettingValue {
  name: string;
  /** Secrets are masked. */
  shown: string;
  origin: Origin;
}

export interface ResolvedSettings {
  /** @throws STACK_NOT_RUNNING when read and nothing names a database */
  readonly databaseUrl: string;
  /** @throws STACK_NOT_RUNNING when read and nothing names a Temporal server */
  readonly temporal: { address: string; namespace: string; tls?: TLSConfig | boolean; apiKey?: string };
  /** Where agents without a queue of their own are run. */
  taskQueue: string;
  /** The schema of LangGraph's own tables; Holdfast's are always in `holdfast`. */
  schema: string;
  log: { level: (typeof LOG_LEVELS)[number]; pretty: boolean };
  /** langgraph.json: the one named or the nearest up the tree; when there is none, where it would be. */
  configPath: string;
  /** Its folder. */
  projectDir: string;
  /** The project's `.holdfast`: the local stack's data. */
  stateDir: string;
  namespace: string;
  /** What the person named, which dev.json is not: a local stack leaves these servers to the person. */
  given: { databaseUrl?: string; temporalAddress?: string };
  /** Every setting with its origin. */
  values: SettingValue[];
}
