import type { Writable } from 'node:stream';

const TELL_EVERY_MS = 10_000;

/** What goes on during a long wait: on a terminal one line that is overwritten, else a line now and then. */
export function createProgressLine(stream: Writable & { isTTY?: boolean; columns?: number }) {
  let shown = false;
  let lastAt = 0;
  return {
    show(message: string): void {
      if (stream.isTTY) {
        stream.write(`\r\u001b[K${message.slice(0, (stream.columns ?? 80) - 1)}`);
        shown = true;
      } else if (Date.now() - lastAt >= TELL_EVERY_MS) {
        lastAt = Date.now();
        stream.write(`${message}\n`);
      }
    },
    clear(): void {
      if (shown) stream.write('\r\u001b[K');
      shown = false;
    },
  };
}
