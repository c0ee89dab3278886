import { workerData } from "node:worker_threads";

/** How often it is looked whether the parent lives, in milliseconds: rare enough to disturb no measurement. */
const period = 1000;

/** Ends this process when its parent is gone: its main thread may hang in a kernel, and would not see it. */
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, period);
