import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isHoldfastError } from '../../src/errors.js';
import { runTool } from '../../src/local/run-tool.js';
import { temporalBinary } from '../../src/local/temporal-binary.js';
import { downloadTemporal } from '../../src/local/temporal-download.js';
import { CLI_VERSION } from '../../src/local/temporal-version.js';
import { createLogger } from '../../src/telemetry/log.js';
import { until } from '../support/until.js';

const log = createLogger({ level: 'silent', pretty: false });
const SCRIPT = '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\n';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-binary-'));
  vi.stubEnv('PATH', '/usr/bin:/bin'); // without a Temporal CLI that this machine may have
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

function script(text = SCRIPT, name = 'made'): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

describe('the Temporal binary', () => {
  it('is fetched once by starters that race, by the first way that works', async () => {
    let fetched = 0;
    const ways = [
      { name: 'offline', fetch: () => Promise.reject(new Error('no network')) },
      {
        name: 'too old',
        fetch: () => Promise.resolve(script('#!/bin/sh\necho "temporal version 1 (Server 1.20.0)"\n')),
      },
      {
        name: 'works',
        fetch: (folder: string) => {
          fetched++;
          const path = join(folder, 'temporal');
          writeFileSync(path, SCRIPT, { mode: 0o755 });
          return Promise.resolve(path);
        },
      },
    ];
    const cacheDir = join(dir, 'cache');
    mkdirSync(join(cacheDir, 'fetch-killed', 'modules'), { recursive: true });
    const get = () => temporalBinary({ cacheDir, log, ways });
    const [a, b] = await Promise.all([get(), get()]);
    expect(a).toBe(b);
    expect(a).toBe(join(cacheDir, `temporal-${CLI_VERSION}`, 'temporal'));
    expect(fetched).toBe(1);
    expect(await get()).toBe(a);
    expect(fetched).toBe(1);
    expect(readdirSync(cacheDir)).toEqual([`temporal-${CLI_VERSION}`]);
  });

  it('says every way and why it failed when none works', async () => {
    const ways = [
      { name: 'official download', fetch: () => Promise.reject(new Error('no network')) },
      { name: 'build with Go', fetch: () => Promise.reject(new Error('no Go')) },
    ];
    const failure = await temporalBinary({ cacheDir: dir, log, ways }).catch((e: unknown) => e);
    if (!isHoldfastError(failure, 'TEMPORAL_BINARY_MISSING')) throw failure;
    expect(failure.message).toMatch(/PATH.*official download: no network; build with Go: no Go/);
    expect(failure.next).toMatch(/TEMPORAL_ADDRESS/);
  });

  it('is neither fetched nor waited for any longer once it is not wanted', async () => {
    const hang = (_dir: string, _tell: unknown, signal?: AbortSignal) =>
      new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('ended'))));
    const get = (signal: AbortSignal) =>
      temporalBinary({ cacheDir: dir, log, ways: [{ name: 'slow', fetch: hang }], signal });
    const [fetching, waiting] = [new AbortController(), new AbortController()];
    const first = get(fetching.signal);
    await until(() => readdirSync(dir).some((name) => name.startsWith('fetch-')), 'it is being fetched');
    const second = get(waiting.signal);
    waiting.abort();
    await expect(second).rejects.toThrow(/abort/i);
    fetching.abort();
    await expect(first).rejects.toThrow(/abort/i);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('the official download', () => {
  let server: Server;
  let sums: string;
  let archive: Buffer;

  beforeEach(async () => {
    script(SCRIPT, 'temporal');
    await runTool('tar', ['-czf', join(dir, 'a.tar.gz'), '-C', dir, 'temporal']);
    archive = readFileSync(join(dir, 'a.tar.gz'));
    rmSync(join(dir, 'temporal'));
    const os = process.platform === 'darwin' ? 'darwin' : 'linux';
    const name = `temporal_cli_${CLI_VERSION}_${os}_${process.arch === 'x64' ? 'amd64' : 'arm64'}.tar.gz`;
    sums = `${'0'.repeat(64)}  other.tar.gz\n${createHash('sha256').update(archive).digest('hex')}  ${name}\n`;
    server = createServer((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/info'))
        response.end(JSON.stringify({ archiveUrl: url('/archive'), fileToExtract: 'temporal' }));
      else if (path === '/sums') response.end(sums);
      else if (path === '/archive') response.end(archive);
      else response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(() => void server.close());

  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const download = () =>
    downloadTemporal(dir, () => undefined, undefined, { info: url('/info'), checksums: url('/sums') });

  it('gives the binary of an archive that is what the release published', async () => {
    expect(readFileSync(await download(), 'utf8')).toBe(SCRIPT);
  });

  it('unpacks nothing of an archive that is not', async () => {
    archive = Buffer.concat([archive, Buffer.from('more')]);
    await expect(download()).rejects.toThrow(/sha256/);
    expect(existsSync(join(dir, 'temporal'))).toBe(false);
  });

  it('gives up at once when the release publishes no checksum of it, or the host is not there', async () => {
    sums = '';
    await expect(download()).rejects.toThrow(/no checksum/);
    const nobody = { info: 'http://127.0.0.1:1/info', checksums: url('/sums') };
    await expect(downloadTemporal(dir, () => undefined, undefined, nobody)).rejects.toThrow();
  });
});
