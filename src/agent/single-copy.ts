import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../errors.js';

/** Packages whose classes and symbols are compared by identity: a second copy makes a graph that looks right and is not. */
const SHARED = ['@langchain/langgraph', '@langchain/core', '@langchain/langgraph-checkpoint'] as const;

/** Packages of the project that make graphs and may bring a copy of their own. */
const GRAPH_MAKERS = ['@langchain/langgraph', 'langchain'] as const;

interface Copy {
  /** The package's real folder: links lead to one copy. */
  path: string;
  version: string;
  usedBy: string;
}

/**
 * LangGraph and LangChain core are peers: the project has one copy and Holdfast uses it. Looks where Node would look, from the
 * project, from what makes graphs there, and from Holdfast itself. A package that only one of them can see is nobody's second copy.
 *
 * @throws LANGGRAPH_DUPLICATED naming the package, both folders and both versions.
 */
export function assertSingleCopy(projectDir: string, ownDir = dirname(fileURLToPath(import.meta.url))): void {
  const places = [
    { usedBy: 'Holdfast', dir: ownDir },
    { usedBy: 'your project', dir: projectDir },
    ...GRAPH_MAKERS.flatMap((name) => {
      const dir = packageDir(name, projectDir);
      return dir === undefined ? [] : [{ usedBy: `your project's ${name}`, dir }];
    }),
  ];
  for (const name of SHARED) {
    const copies = places.flatMap(({ usedBy, dir }) => copyOf(name, dir, usedBy) ?? []);
    const first = copies[0];
    const second = copies.find((copy) => copy.path !== first?.path);
    if (first && second) throw duplicated(name, first, second);
  }
}

function copyOf(name: string, from: string, usedBy: string): Copy | undefined {
  const path = packageDir(name, from);
  if (path === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { version?: string };
  return { path, version: version ?? 'unknown', usedBy };
}

/** The folder Node would load the package from: the nearest node_modules upwards. By hand, since `exports` may hide package.json. */
function packageDir(name: string, from: string): string | undefined {
  for (let dir = realpathSync(from); ; dir = dirname(dir)) {
    const found = join(dir, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return realpathSync(found);
    if (dirname(dir) === dir) return undefined;
  }
}

function duplicated(name: string, first: Copy, second: Copy): HoldfastError {
  const say = ({ version, path, usedBy }: Copy) => `${version} in ${path} (${usedBy})`;
  return new HoldfastError(
    'LANGGRAPH_DUPLICATED',
    `there are two copies of ${name}: ${say(first)} and ${say(second)}`,
    {
      next:
        `Leave one: run \`npm dedupe\`, or name one version of ${name} under "overrides" in your package.json, and install again; ` +
        'with a linked Holdfast, install the packed one instead.',
      details: { package: name, copies: [first, second] },
    },
  );
}
