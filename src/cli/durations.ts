/** A length of time as people read it: `63 ms`, `1.24 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return two(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return two(Math.floor(whole / 3600), 'h', Math.round((whole % 3600) / 60), 'min');
  return two(Math.floor(whole / 86_400), 'd', Math.round((whole % 86_400) / 3600), 'h');
}

const two = (big: number, unit: string, small: number, smaller: string) =>
  small > 0 ? `${big} ${unit} ${small} ${smaller}` : `${big} ${unit}`;

/** Milliseconds from one moment to another, never below 0. */
export const between = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime());
