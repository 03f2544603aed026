export { devFile, type DevFile } from './dev-file.js';
export { maskUrl } from './mask.js';
export { resolveSettings } from './resolve.js';
export type { ResolvedSettings, SettingFlags, SettingValue } from './types.js';
