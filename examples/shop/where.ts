import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where `holdfast dev` writes what it runs: the folder it was started in, or that of langgraph.json. */
const devFiles = ['.holdfast/dev.json', fileURLToPath(new URL('../.holdfast/dev.json', import.meta.url))];

/** The shop's database: SHOP_DATABASE_URL, else DATABASE_URL, else the one that `holdfast dev` runs here. */
export function shopDatabaseUrl(env: Record<string, string | undefined>): string {
  const url = env['SHOP_DATABASE_URL'] ?? env['DATABASE_URL'] ?? developmentDatabase();
  if (!url) throw new Error('where is the shop? Set SHOP_DATABASE_URL or DATABASE_URL, or run `holdfast dev`');
  return url;
}

function developmentDatabase(): string | undefined {
  const file = devFiles.find((path) => existsSync(path));
  if (file === undefined) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { database_url?: string }).database_url;
}
