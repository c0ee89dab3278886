import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The CPUs this process may run on, ascending; undefined where the system does not tell. */
export function allowedCpus(): readonly number[] | undefined {
  try {
    const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return list?.split(",").flatMap((range) => {
      const [first = NaN, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
  } catch {
    return undefined;
  }
}

/** Keeps every thread of this process, and those it starts later, on some CPUs; false where that cannot be done. */
export function pinProcess(cpus: readonly number[]): boolean {
  if (process.platform !== "linux" || cpus.length === 0) return false;
  const { status } = spawnSync("taskset", ["-a", "-c", "-p", cpus.join(","), String(process.pid)], { stdio: "ignore" });
  return status === 0;
}
