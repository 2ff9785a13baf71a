// Preloaded into every program that the launcher starts, and used by the launcher itself under npm: a
// parent passes signals on, but one that is killed cannot. Then we end as if it had asked us to.
import { isMainThread } from 'node:worker_threads';

const POLL_MS = 500;

if (isMainThread) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, POLL_MS).unref();
}
