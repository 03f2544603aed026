import type { Command } from 'commander';
import type { CliContext } from '../context.js';

export function register(program: Command, context: CliContext): void {
  program
    .command('migrate')
    .description("bring the database to this build's schema; safe to repeat, do it before starting newer workers")
    .action(async () => {
      const [{ createPool }, { migrate }, { PostgresCheckpointer }] = await Promise.all([
        import('../../db/pool.js'),
        import('../../db/migrate.js'),
        import('../../checkpoint/checkpointer.js'),
      ]);
      const settings = await context.settings();
      const pool = createPool(settings.databaseUrl, { max: 2, name: 'holdfast-migrate' });
      try {
        const { from, to } = await migrate(pool);
        await new PostgresCheckpointer(pool, { schema: settings.schema }).setup();
        const text =
          from === to
            ? `schema holdfast is at version ${to}; nothing to do`
            : `schema holdfast is at version ${to}, was ${from}`;
        context.output().one({ from, to }, () => text);
      } finally {
        await pool.end();
      }
    });
}
