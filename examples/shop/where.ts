import { existsSync, readFileSync } from 'node:fs';

/** The shop's database: SHOP_DATABASE_URL, else DATABASE_URL, else the one that `holdfast dev` runs in this folder. */
export function shopDatabaseUrl(env: Record<string, string | undefined>): string {
  const url = env['SHOP_DATABASE_URL'] ?? env['DATABASE_URL'] ?? developmentDatabase('.holdfast/dev.json');
  if (!url) throw new Error('where is the shop? Set SHOP_DATABASE_URL or DATABASE_URL, or run `holdfast dev`');
  return url;
}

function developmentDatabase(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { database_url?: string }).database_url;
}
