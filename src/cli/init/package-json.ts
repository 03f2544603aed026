/** What npm needs to know in the project's own package.json. */
export interface PackageJson {
  name?: string;
  private?: boolean;
  type?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  overrides?: Record<string, unknown>;
  [key: string]: unknown;
}

/**
 * LangGraph's SDK brings React tooling as peers in later versions, and npm honours overrides only in a project's own package.json:
 * without this one an install may bring second copies of LangChain core.
 */
const OVERRIDES = { '@langchain/langgraph-sdk': '1.12.0' };

const DEPENDENCIES = {
  '@langchain/core': '^1.2.0',
  '@langchain/langgraph': '^1.4.0',
  '@langchain/langgraph-checkpoint': '^1.1.0',
  langchain: '^1.5.0',
  zod: '^4.0.0',
};
const DEV_DEPENDENCIES = { '@types/node': '^20.19.0', tsx: '^4.20.0', typescript: '^5.9.0' };
const SCRIPTS = { dev: 'holdfast dev', test: 'node --import tsx --test *.test.ts' };

/** The project's package.json with what is missing; what it says already stays as it is. */
export function completePackageJson(
  given: PackageJson | undefined,
  name: string,
  holdfastVersion: string,
): PackageJson {
  const base: PackageJson = given ?? { name, private: true, type: 'module' };
  const installed = { ...base.devDependencies, ...base.dependencies };
  const missing = (wanted: Record<string, string>) =>
    Object.fromEntries(Object.entries(wanted).filter(([dependency]) => !(dependency in installed)));
  return {
    ...base,
    scripts: { ...SCRIPTS, ...base.scripts },
    dependencies: sorted({ ...base.dependencies, ...missing({ ...DEPENDENCIES, holdfast: `^${holdfastVersion}` }) }),
    devDependencies: sorted({ ...base.devDependencies, ...missing(DEV_DEPENDENCIES) }),
    overrides: { ...OVERRIDES, ...base.overrides },
  };
}

const sorted = (entries: Record<string, string>) =>
  Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
