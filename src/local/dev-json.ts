import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DevFile } from '../settings/index.js';

/** Keeps `.holdfast/dev.json` (0600: it holds the database's password) equal to what runs; a reader never sees half of one. */
export function createDevJson(stateDir: string, initial: DevFile) {
  const path = join(stateDir, 'dev.json');
  let content = initial;
  let removed = false;
  const write = () => {
    if (removed) return; // a part that ended last is reported after all has ended
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, path);
  };
  write();
  return {
    update(changes: Partial<DevFile>): void {
      content = { ...content, ...changes };
      write();
    },
    remove(): void {
      removed = true;
      rmSync(path, { force: true });
    },
  };
}
