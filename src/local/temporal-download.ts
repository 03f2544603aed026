import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { arch, platform } from 'node:process';
import { z } from 'zod';
import { failureOf, runTool } from './run-tool.js';
import { CLI_VERSION } from './temporal-version.js';

/** Where the official CLI is; another place only in tests. */
export interface DownloadSource {
  /** Answers with the archive's address, as the Temporal SDKs ask it. */
  info: string;
  /** The release's checksums.txt. */
  checksums: string;
}

const OFFICIAL: DownloadSource = {
  info: `https://temporal.download/cli/v${CLI_VERSION}`,
  checksums: `https://github.com/temporalio/cli/releases/download/v${CLI_VERSION}/checksums.txt`,
};
const CONNECT_MS = 4_000;
const STALL_MS = 20_000;
const PLATFORMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const ARCHES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

const infoAnswer = z.object({ archiveUrl: z.url(), fileToExtract: z.string() });

/**
 * Downloads the official CLI into the empty folder `dir` and returns the binary's path. Gives up within seconds when a host cannot be
 * reached. The archive must match the checksum that the release publishes; nothing of it is run or unpacked before.
 */
export async function downloadTemporal(
  dir: string,
  onProgress: (message: string) => void,
  signal?: AbortSignal,
  source: DownloadSource = OFFICIAL,
): Promise<string> {
  const [os, cpu] = [PLATFORMS[platform], ARCHES[arch]];
  if (!os || !cpu) throw new Error(`there is no official download for ${platform} ${arch}`);
  const query = new URLSearchParams({ arch: cpu, platform: os, format: 'tar.gz' });
  const info = await fetchSoon(`${source.info}?${query.toString()}`);
  const { archiveUrl, fileToExtract } = infoAnswer.parse(await info.json());
  const name = `temporal_cli_${CLI_VERSION}_${os}_${cpu}.tar.gz`;
  const expected = checksumOf(name, await (await fetchSoon(source.checksums)).text());
  const archive = await readBody(await fetchSoon(archiveUrl), (megabytes) => {
    signal?.throwIfAborted();
    onProgress(`downloading the Temporal CLI: ${megabytes} MB`);
  });
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== expected) throw new Error(`${archiveUrl} has the sha256 ${found}, its release publishes ${expected}`);
  return unpack(archive, dir, fileToExtract);
}

function checksumOf(name: string, list: string): string {
  const line = list.split('\n').find((candidate) => candidate.trim().split(/\s+\*?/)[1] === name);
  const sum = line?.trim().split(/\s+/)[0];
  if (!sum) throw new Error(`the release publishes no checksum of ${name}`);
  return sum.toLowerCase();
}

async function unpack(archive: Buffer, dir: string, file: string): Promise<string> {
  const path = join(dir, 'temporal.tar.gz');
  writeFileSync(path, archive);
  // tar is a part of Linux, macOS and Windows 10.
  const result = await runTool('tar', ['-xzf', path, '-C', dir, file], { timeoutMs: 60_000 });
  if (result.status !== 0) throw new Error(`tar failed: ${failureOf(result)}`);
  const binary = join(dir, basename(file));
  chmodSync(binary, 0o755);
  return binary;
}

/** The answer's head within seconds; its body may take longer. */
async function fetchSoon(url: string): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no answer within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

async function readBody(response: Response, onMegabytes: (count: number) => void): Promise<Buffer> {
  if (!response.body) throw new Error(`${response.url} is empty`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0, told = 0; ;) {
    const { done, value } = await within(reader.read(), STALL_MS);
    if (done) return Buffer.concat(chunks);
    chunks.push(value);
    size += value.length;
    const megabytes = Math.floor(size / 1_000_000);
    if (megabytes > told) onMegabytes((told = megabytes));
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the download stood still for ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
