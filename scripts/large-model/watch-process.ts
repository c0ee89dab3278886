import { readFileSync } from "node:fs";

/** What a process has used so far. */
export interface Usage {
  /** Peak of the resident set in bytes (VmHWM). */
  readonly peakBytes: number;
  /** Processor time in user mode, in seconds. */
  readonly userSeconds: number;
}

/** Clock ticks a second in /proc (USER_HZ), fixed on Linux. */
const TICKS = 100;

/** Reads a process's usage until it ends; undefined where there is no /proc. */
export function watchProcess(pid: number): { stop(): Usage | undefined } {
  let last: Usage | undefined;
  const sample = (): void => {
    try {
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      if (peak !== undefined) last = { peakBytes: Number(peak) * 1024, userSeconds: Number(fields[11]) / TICKS };
    } catch {
      clearInterval(timer);
    }
  };
  const timer = setInterval(sample, 15);
  return {
    stop: () => {
      clearInterval(timer);
      return last;
    },
  };
}
