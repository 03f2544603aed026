import { cpus, release, totalmem, type } from 'node:os';

/** What the figures were measured on. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${cpus().length} x ${model}, ${memory}, ${type()} ${release()}, Node.js ${process.versions.node}`;
}
