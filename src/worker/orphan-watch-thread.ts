/** See orphan-watch.ts. Runs as a thread; workerData: { parent: pid, graceMs }. */
import { workerData } from 'node:worker_threads';

const { parent, graceMs } = workerData as { parent: number; graceMs: number };

const timer = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(timer);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs);
}, 500);
