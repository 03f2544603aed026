import { homedir } from 'node:os';
import { join } from 'node:path';

/** The variables of this process that `names` lists, for a child that needs little else. */
export function inherited(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** Everything this process got, for a child that is ours, with `changes`; undefined removes one. */
export function environmentWith(changes: Record<string, string | undefined>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/** Where what can be fetched or built again is kept for all projects of this user. */
export function userCacheDir(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'holdfast');
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'holdfast', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'holdfast');
  return join(homedir(), '.cache', 'holdfast');
}
