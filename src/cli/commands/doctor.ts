import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { EXIT } from '../exit.js';
import { renderTable } from '../output.js';

export function register(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('what is configured from where and whether it works, with the times of the Temporal server')
    .action(async () => {
      const { examine } = await import('../../local/doctor.js');
      const report = await examine(await context.settings(), await context.log());
      if (!report.ok) context.exitCode = EXIT.other;
      context.output().one(report, () => {
        const settings = renderTable(report.settings, [
          { header: 'setting', value: (s) => s.name },
          { header: 'value', value: (s) => s.shown },
          { header: 'from', value: (s) => s.origin.where },
        ]);
        const checks = renderTable(report.checks, [
          { header: 'check', value: (c) => c.name },
          { header: 'status', value: (c) => c.status },
          { header: 'found', value: (c) => c.detail },
          { header: 'good', value: (c) => (c.goodMs === undefined ? '' : `<= ${c.goodMs} ms`) },
        ]);
        const fixes = report.checks.flatMap((c) => (c.fix ? [`${c.name}: ${c.fix}`] : []));
        return [
          settings,
          '',
          checks,
          ...(fixes.length > 0 ? ['', 'What to do:', ...fixes.map((fix) => `  ${fix}`)] : []),
        ].join('\n');
      });
    });
}
