export interface Progress {
  /** Something happened: a line that stays. */
  say(line: string): void;
  /** Where things stand: rewritten in place on a terminal, elsewhere printed only now and then. */
  status(line: string): void;
  /** The status line has had its time. */
  clear(): void;
}

/** Without a terminal a status line is worth printing this often. */
const PLAIN_EVERY_MS = 5_000;

export function createProgress(out: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const terminal = out.isTTY;
  let shown = '';
  let printedAt = 0;
  const erase = (): void => {
    if (shown !== '') out.write('\r\x1b[2K');
    shown = '';
  };
  const draw = (line: string): void => {
    const fitting = line.slice(0, Math.max(20, out.columns - 1));
    if (fitting === shown) return;
    out.write(`\r\x1b[2K${fitting}`);
    shown = fitting;
  };
  return {
    say(line) {
      const status = shown;
      if (terminal) erase();
      out.write(`${line}\n`);
      if (terminal && status !== '') draw(status);
    },
    status(line) {
      if (terminal) return draw(line);
      if (line === shown || now() - printedAt < PLAIN_EVERY_MS) return;
      printedAt = now();
      shown = line;
      out.write(`${line}\n`);
    },
    clear() {
      if (terminal) erase();
    },
  };
}
