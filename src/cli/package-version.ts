import { readFileSync } from 'node:fs';

/** This package's version. Compiled and source trees lie at different depths below package.json. */
export function packageVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const found = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (found.name === 'holdfast' && found.version) return found.version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
