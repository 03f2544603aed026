import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { HoldfastError } from '../errors.js';

// This module runs as dist/src/temporal/bundle.js; from the sources (vitest) the same relative path would miss dist.
const here = fileURLToPath(import.meta.url);
const distDir = fileURLToPath(new URL(here.endsWith('.ts') ? '../../dist/' : '../../', import.meta.url));

/** The bundle that every worker loads; made once when the package is built, so no worker spends seconds in webpack at start. */
export function workflowBundlePath(): string {
  const path = `${distDir}workflow-bundle.js`;
  if (existsSync(path)) return path;
  throw new HoldfastError('INTERNAL', `the workflow bundle ${path} is missing`, { next: 'Run `npm run build`.' });
}

/** Bundles dist/workflows/index.js for the workflow sandbox. Returns the bundle's path and size in bytes. */
export async function bundleWorkflows(): Promise<{
  path: string;
  bytes: number;
}> {
  const path = `${distDir}workflow-bundle.js`;
  const { code } = await bundleWorkflowCode({
    workflowsPath: `${distDir}workflows/index.js`,
    logger: new DefaultLogger('WARN'),
  });
  // Renamed into place: a worker that starts during a build never reads half a bundle.
  await writeFile(`${path}.part`, code);
  await rename(`${path}.part`, path);
  return { path, bytes: code.length };
}
