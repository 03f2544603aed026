import { spawn, type SpawnOptions } from 'node:child_process';

export interface ToolResult {
  /** Exit code; null when it could not be started, was killed or timed out. */
  status: number | null;
  stdout: string;
  stderr: string;
  error?: Error;
}

export interface ToolOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid' | 'signal'> {
  /** Killed after this many ms. */
  timeoutMs?: number;
  onLine?: (line: string) => void;
}

/** Runs a command line tool to its end and never throws. Asynchronous, because a blocked event loop would let file locks go stale. */
export function runTool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
  const { timeoutMs, onLine, ...spawnOptions } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...spawnOptions,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    // Not spawn's own `timeout`, whose timer stays when the command could not be started.
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let closing: NodeJS.Timeout | undefined;
    const end = (result: Pick<ToolResult, 'status' | 'error'>) => {
      clearTimeout(timer);
      clearTimeout(closing);
      resolve({ ...result, ...text });
    };
    const text = { stdout: '', stderr: '' };
    const collect = (stream: 'stdout' | 'stderr') => {
      let rest = '';
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        // The end says what went wrong; a build's thousands of lines need not be kept.
        text[stream] = (text[stream] + chunk).slice(-20_000);
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        if (onLine) lines.forEach(onLine);
      });
    };
    collect('stdout');
    collect('stderr');
    child.once('error', (error) => end({ status: null, error }));
    child.once('close', (status) => end({ status }));
    // A server that pg_ctl leaves behind may keep the pipes open.
    child.once('exit', (status) => {
      closing = setTimeout(() => end({ status }), 500);
    });
  });
}

/** What a failed tool said, in one line. */
export function failureOf(result: ToolResult): string {
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-4).join(' | ');
  return result.error?.message ?? (said || `exit code ${result.status}`);
}
