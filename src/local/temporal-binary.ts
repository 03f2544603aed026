import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { platform } from 'node:process';
import { HoldfastError, messageOf } from '../errors.js';
import type { Logger } from '../telemetry/log.js';
import { withFileLock } from './file-lock.js';
import { buildTemporal } from './temporal-build.js';
import { downloadTemporal } from './temporal-download.js';
import { checkTemporalBinary, CLI_VERSION } from './temporal-version.js';

export type Progress = (message: string) => void;

export interface BinaryOptions {
  /** Kept between projects; `userCacheDir()`. */
  cacheDir: string;
  log: Logger;
  onProgress?: Progress;
  /** Ends a download or a build. */
  signal?: AbortSignal;
  /** The ways to get a binary into an empty folder, in this order. */
  ways?: readonly Way[];
}

interface Way {
  name: string;
  fetch: (dir: string, onProgress: Progress, signal?: AbortSignal) => Promise<string>;
}

const WAYS: readonly Way[] = [
  { name: 'official download', fetch: downloadTemporal },
  { name: 'build with Go', fetch: buildTemporal },
];

/**
 * A Temporal CLI that works: `temporal` on the PATH, the cached one, the official download, a build. Starters that race fetch it once.
 * @throws TEMPORAL_BINARY_MISSING with each way and why it failed
 */
export async function temporalBinary(options: BinaryOptions): Promise<string> {
  const { cacheDir, log } = options;
  const onPath = await checkTemporalBinary('temporal');
  if (onPath.ok) return 'temporal';
  // Named as the program is: that is what process lists show.
  const cached = join(cacheDir, `temporal-${CLI_VERSION}`, platform === 'win32' ? 'temporal.exe' : 'temporal');
  if (await works(cached)) return cached;
  const fetch = async () => {
    if (!(await works(cached))) await fetchInto(cached, onPath.problem, options);
    return cached;
  };
  return withFileLock(join(cacheDir, 'temporal.lock'), log, fetch, options.signal);
}

const works = async (binary: string) => existsSync(binary) && (await checkTemporalBinary(binary)).ok;

async function fetchInto(target: string, onPathProblem: string, options: BinaryOptions): Promise<void> {
  const { cacheDir, log, onProgress = () => undefined, ways = WAYS, signal } = options;
  const failed = [`\`temporal\` on the PATH: ${onPathProblem}`];
  mkdirSync(cacheDir, { recursive: true });
  // Of fetches that were killed: a build's modules are 3 GB.
  for (const name of readdirSync(cacheDir)) {
    if (name.startsWith('fetch-')) rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
  for (const way of ways) {
    const dir = mkdtempSync(join(cacheDir, 'fetch-'));
    try {
      const binary = await way.fetch(dir, onProgress, signal);
      const check = await checkTemporalBinary(binary);
      if (!check.ok) throw new Error(check.problem);
      mkdirSync(dirname(target), { recursive: true });
      renameSync(binary, target);
      log.info({ binary: target, server: check.server, way: way.name }, 'the Temporal server is there');
      return;
    } catch (e) {
      signal?.throwIfAborted();
      failed.push(`${way.name}: ${messageOf(e)}`);
      onProgress(`Temporal by ${way.name} does not work here: ${messageOf(e)}`);
    } finally {
      // A compiler that was told to end may still be writing.
      rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
  throw new HoldfastError('TEMPORAL_BINARY_MISSING', `no Temporal server could be had; ${failed.join('; ')}`, {
    next:
      'one of these: put the Temporal CLI (`temporal`, https://docs.temporal.io/cli) on the PATH; let this machine reach ' +
      'temporal.download and github.com; install Go, which builds it from modules; or set TEMPORAL_ADDRESS to a server that runs',
    details: { tried: failed },
  });
}
