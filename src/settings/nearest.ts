import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The path of `name` in `dir` or the nearest folder above that has it. */
export function nearest(dir: string, name: string): string | undefined {
  for (let folder = resolve(dir); ; folder = dirname(folder)) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
    if (dirname(folder) === folder) return undefined;
  }
}
