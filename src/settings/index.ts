export { devFile, findDevFile, STATE_DIR, type DevFile } from './dev-file.js';
export { maskUrl } from './mask.js';
export { resolveSettings, type ResolveInput } from './resolve.js';
export type { Origin, ResolvedSettings, SettingFlags, SettingValue, Source } from './types.js';
