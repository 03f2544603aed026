import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { planInit, type FilePlan } from '../init/plan.js';
import { packageVersion } from '../package-version.js';

export function register(program: Command, context: CliContext): void {
  program
    .command('init')
    .description('write a small agent, its test, and what a project needs; files that exist stay as they are')
    .argument('[dir]', 'the folder; this one when left out')
    .option('--force', 'replace files that exist')
    .action((dir: string | undefined, { force = false }: { force?: boolean }) => {
      const target = resolve(context.cwd, dir ?? '.');
      // Planned as a whole first: what cannot be completed leaves nothing half done.
      const plan = planInit(target, { force, version: packageVersion() });
      mkdirSync(target, { recursive: true });
      for (const { file, content, what } of plan) if (what !== 'kept') writeFileSync(join(target, file), content);
      const files = plan.map(({ file, what }) => ({ file, what }));
      context.output().one({ dir: target, files }, () => report(plan, relative(context.cwd, target)));
    });
}

function report(plan: FilePlan[], dir: string): string {
  const width = Math.max(...plan.map(({ what }) => what.length));
  const agentWritten = plan.some(({ file, what }) => file === 'agent.ts' && what !== 'kept');
  const next = [
    ...(dir ? [`cd ${dir}`] : []),
    'npm install',
    'npx holdfast dev',
    ...(agentWritten
      ? [
          `npx holdfast run start agent --wait --input '{"messages": [{"role": "user", "content": "What is the weather in Oslo?"}]}'`,
          'npm test',
        ]
      : ['npx holdfast agent ls']),
  ];
  const files = plan.map(({ file, what }) => `  ${what.padEnd(width)}  ${file}`);
  return [
    ...files,
    '',
    'Next (keep `holdfast dev` running, use a second terminal for what follows it):',
    ...next.map((line) => `  ${line}`),
  ].join('\n');
}
