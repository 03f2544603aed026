import { runTool } from './run-tool.js';

/** The CLI release that is downloaded or built: the last that `go install` takes (newer ones carry a `replace`). Server 1.29.1. */
export const CLI_VERSION = '1.5.1';
/** Update-with-start, on which every run begins, is complete from here on. */
const OLDEST_SERVER = [1, 28] as const;

export type BinaryCheck = { ok: true; server: string } | { ok: false; problem: string };

/** Asks a Temporal CLI which server it carries. A built one calls itself 0.0.0-DEV, so the server's version counts. */
export async function checkTemporalBinary(binary: string): Promise<BinaryCheck> {
  const result = await runTool(binary, ['--version'], { timeoutMs: 20_000 });
  if (result.error) return { ok: false, problem: result.error.message };
  const [, server, major, minor] = /Server ((\d+)\.(\d+)[^,)]*)/.exec(result.stdout) ?? [];
  if (!server) return { ok: false, problem: 'it does not answer --version as the Temporal CLI does' };
  const [wantMajor, wantMinor] = OLDEST_SERVER;
  const newEnough = Number(major) > wantMajor || (Number(major) === wantMajor && Number(minor) >= wantMinor);
  return newEnough
    ? { ok: true, server }
    : { ok: false, problem: `its server is ${server}; ${OLDEST_SERVER.join('.')} or newer is needed` };
}
