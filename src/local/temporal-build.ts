import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from 'node:process';
import { environmentWith } from '../settings/machine.js';
import { failureOf, runTool } from './run-tool.js';
import { CLI_VERSION } from './temporal-version.js';

const MODULE = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;
/** A guard against a build that hangs; on a busy machine it may take half an hour. */
const TIMEOUT_MS = 60 * 60_000;
const TELL_EVERY_MS = 1_000;

/**
 * Builds the CLI from its Go modules into the empty folder `dir` and returns the binary's path: 2-4 minutes on 2 cores. Go checks every
 * module against its checksum database. The 3 GB of modules and objects stay in Go's own caches if this machine has them, else they go
 * below `dir`, which the caller removes.
 */
export async function buildTemporal(
  dir: string,
  onProgress: (message: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const go = await runTool('go', ['env', 'GOMODCACHE', 'GOCACHE'], { timeoutMs: 20_000 });
  if (go.status !== 0) throw new Error(go.error ? 'there is no Go toolchain (`go`) on the PATH' : failureOf(go));
  const [modules = '', objects = ''] = go.stdout.trim().split('\n');
  const reuse = existsSync(modules) && existsSync(objects);

  const started = Date.now();
  let counts = { downloaded: 0, compiled: 0 };
  const tell = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    const { downloaded, compiled } = counts;
    onProgress(
      `building Temporal from Go modules: ${downloaded} downloaded, ${compiled} packages compiled, ${seconds} s`,
    );
  };
  const timer = setInterval(tell, TELL_EVERY_MS);
  tell();
  try {
    const result = await runTool('go', ['install', '-v', '-ldflags=-s -w', MODULE], {
      cwd: dir,
      signal,
      timeoutMs: TIMEOUT_MS,
      onLine: (line) => {
        if (line.startsWith('go: downloading')) counts = { ...counts, downloaded: counts.downloaded + 1 };
        else if (!line.startsWith('go: ')) counts = { ...counts, compiled: counts.compiled + 1 };
      },
      env: environmentWith({
        GOBIN: dir,
        GOOS: undefined,
        GOARCH: undefined,
        // Flags that change what is compiled would make a cache of an earlier build useless. `-modcacherw`: else it cannot be removed.
        ...(reuse ? {} : { GOMODCACHE: join(dir, 'modules'), GOCACHE: join(dir, 'objects'), GOFLAGS: '-modcacherw' }),
      }),
    });
    if (result.status !== 0) throw new Error(`go install ${MODULE} failed: ${failureOf(result)}`);
    return join(dir, platform === 'win32' ? 'temporal.exe' : 'temporal');
  } finally {
    clearInterval(timer);
  }
}
