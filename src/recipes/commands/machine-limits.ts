import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the system lets this process have of the machine; undefined where it sets no bound, or does not tell. */
export interface MachineLimits {
  /** Processors' worth of time that the control group may take. */
  readonly cpus: number | undefined;
  /** Bytes of memory that the control group may take. */
  readonly memoryBytes: number | undefined;
  /** Whether cores run two threads each. */
  readonly smt: boolean | undefined;
}

/** Reads the limits of Linux: control groups of version 2, else of version 1; `root` is where sysfs is. */
export function readMachineLimits(root = "/sys"): MachineLimits {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(join(root, path), "utf8").trim();
    } catch {
      return undefined;
    }
  };
  const [quota, period] = read("fs/cgroup/cpu.max")?.split(" ") ?? [
    read("fs/cgroup/cpu/cpu.cfs_quota_us"),
    read("fs/cgroup/cpu/cpu.cfs_period_us"),
  ];
  const cpus = Number(quota) / Number(period);
  const memory = Number(read("fs/cgroup/memory.max") ?? read("fs/cgroup/memory/memory.limit_in_bytes"));
  const smt = read("devices/system/cpu/smt/active");
  return {
    cpus: cpus > 0 && Number.isFinite(cpus) ? cpus : undefined,
    // Version 1 says the greatest page-aligned number for no limit.
    memoryBytes: memory > 0 && memory < 2 ** 60 ? memory : undefined,
    smt: smt === undefined || smt === "" ? undefined : smt === "1",
  };
}
