// Compiles TypeScript, copies what it does not emit (SQL, templates of `holdfast init`), and prebuilds the Temporal workflow bundle.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';

const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--pretty'], { stdio: 'inherit' });
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
cpSync('src/db/migrations', 'dist/src/db/migrations', { recursive: true });
cpSync('src/cli/templates', 'dist/src/cli/templates', { recursive: true });

if (existsSync('dist/workflows/index.js')) {
  const { bundleWorkflows } = await import('../dist/src/temporal/bundle.js');
  await bundleWorkflows();
}
