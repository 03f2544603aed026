import { register as registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const TYPESCRIPT = /\.[cm]?tsx?$/;

/**
 * In a package without `"type": "module"` tsx takes .ts for CommonJS, which would load LangGraph's CommonJS build beside the ES
 * modules that Holdfast runs with: two copies of every class. As ES modules both share one.
 */
const AS_ES_MODULES = `export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.format === 'commonjs' && /\\.tsx?(\\?|$)/.test(found.url) ? { ...found, format: 'module' } : found;
}`;

/** Hooks belong to the process and stay: a project may import more when it runs. */
const HOOKED: unique symbol = Symbol.for('holdfast.typescript') as never;

/** Imports a project's file into this process, TypeScript too. Throws what the file throws. */
export async function importModule(file: string): Promise<Record<string, unknown>> {
  if (TYPESCRIPT.test(file)) await loadTypeScript();
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
}

async function loadTypeScript(): Promise<void> {
  const marks = globalThis as { [HOOKED]?: true };
  if (marks[HOOKED]) return;
  marks[HOOKED] = true;
  const { register } = await import('tsx/esm/api');
  register();
  registerHooks(`data:text/javascript,${encodeURIComponent(AS_ES_MODULES)}`);
}
