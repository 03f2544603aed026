import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HoldfastError, messageOf } from '../errors.js';
import { nearest } from './nearest.js';

export const STATE_DIR = '.holdfast';
const NAME = join(STATE_DIR, 'dev.json');

/** What `holdfast dev` writes into the project's .holdfast/dev.json (0600) while it runs. */
export const devFile = z.looseObject({
  /** With the password. */
  database_url: z.string(),
  /** host:port */
  temporal_address: z.string(),
  namespace: z.string(),
  /** Pids; the supervisor's is null while it is being started. */
  pid: z.int(),
  supervisor: z.int().nullable(),
  workers: z.array(z.int()),
  urls: z.record(z.string(), z.string()),
});
export type DevFile = z.infer<typeof devFile>;

/** The nearest dev.json up the tree from `dir`. @throws SETTINGS_INVALID when it cannot be read. */
export function findDevFile(dir: string): { path: string; content: DevFile } | undefined {
  const path = nearest(dir, NAME);
  if (path === undefined) return undefined;
  try {
    return { path, content: devFile.parse(JSON.parse(readFileSync(path, 'utf8'))) };
  } catch (e) {
    throw new HoldfastError('SETTINGS_INVALID', `${path} is not what \`holdfast dev\` writes: ${messageOf(e)}`, {
      next: 'remove it and start `holdfast dev` again',
      cause: e,
    });
  }
}
