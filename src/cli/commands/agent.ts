import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { renderFields, renderJson } from '../output.js';
import { wire } from '../wire.js';

export function register(program: Command, context: CliContext): void {
  const agent = program.command('agent').description('the agents that workers have registered');

  agent
    .command('ls')
    .alias('list')
    .description('all agents')
    .action(async () => {
      const agents = await (await context.client()).agents.list();
      const output = context.output();
      if (output.format !== 'table') return output.list(wire(agents) as unknown[], []);
      output.list(
        agents,
        [
          { header: 'agent', value: (a) => a.name },
          { header: 'version', value: (a) => a.version },
          { header: 'owner', value: (a) => a.owner },
          { header: 'task queue', value: (a) => a.taskQueue },
          { header: 'live workers', value: (a) => a.workers },
        ],
        'no agents: none was registered by a worker yet',
      );
    });

  agent
    .command('show')
    .description('an agent, its options and its graph')
    .argument('<agent>', 'its name')
    .action(async (name: string) => {
      const shown = await (await context.client()).agents.get(name);
      context.output().one(wire(shown), () => {
        const fields = renderFields([
          ['agent', shown.name],
          ['version', shown.version],
          ['owner', shown.owner],
          ['task queue', shown.taskQueue],
          ['topology', shown.topologyHash],
          ['live workers', shown.workers],
          ['registered', shown.registeredAt.toISOString()],
          ['versions', shown.versions.map(({ version }) => version).join(', ')],
        ]);
        return `${fields}\n\n${renderJson(shown.definition)}`;
      });
    });
}
