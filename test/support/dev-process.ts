import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endProcess, findProcesses } from '../../src/local/process-table.js';
import { devFile, type DevFile } from '../../src/settings/index.js';
import { until } from './until.js';

const CLI = resolve('dist/src/cli/main.js');

export interface DevProject {
  dir: string;
  /** A command line in its folder, from the compiled package. */
  start(...args: string[]): CliProcess;
  devJson(): DevFile | undefined;
  /** dev.json with all of its workers taking work. */
  ready(workers: number, but?: (found: DevFile) => boolean): Promise<DevFile>;
  /** Pids of everything that has the folder in its command line: the servers and the supervisor. */
  processes(): Promise<number[]>;
  remove(): Promise<void>;
}

export interface CliProcess {
  child: ChildProcess;
  output(): string;
  /** The exit code. */
  ended: Promise<number | null>;
}

/** A project with one plain graph, outside this checkout, that sees our node_modules. */
export function createDevProject(): DevProject {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-dev-')));
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(join(dir, 'langgraph.json'), '{"graphs":{"plain":"./graph.js:graph"}}');
  writeFileSync(
    join(dir, 'graph.js'),
    `import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
     export const graph = new StateGraph(Annotation.Root({ n: Annotation() }))
       .addNode('a', () => ({ n: 1 })).addEdge(START, 'a').addEdge('a', END).compile();`,
  );
  const home = join(dir, 'elsewhere');
  mkdirSync(home);
  const path = join(dir, '.holdfast', 'dev.json');
  const processes = async () => (await findProcesses(dir))!.map(({ pid }) => pid);
  const devJson = () => (existsSync(path) ? devFile.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined);
  return {
    dir,
    devJson,
    processes,
    start(...args) {
      const { DATABASE_URL, TEMPORAL_ADDRESS, ...env } = process.env;
      const child = spawn(process.execPath, [CLI, ...args], {
        cwd: dir,
        env: { ...env, TEMPORAL_CONFIG_FILE: join(home, 'none.toml') },
      });
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      child.stderr.on('data', (chunk) => (output += String(chunk)));
      return { child, output: () => output, ended: new Promise((done) => child.once('exit', done)) };
    },
    async ready(workers, but = () => true) {
      const look = () => {
        const found = devJson();
        return found && found.workers.length === workers && but(found) ? found : undefined;
      };
      return until(look, `${workers} workers in dev.json`, 120_000);
    },
    async remove() {
      const found = devJson();
      const named = found ? [found.pid, found.supervisor, ...found.workers].filter((pid) => pid !== null) : [];
      for (const pid of [...named, ...(await processes())]) await endProcess(pid, 0);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
