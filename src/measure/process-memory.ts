import { readFileSync, writeFileSync } from "node:fs";

/** Memory of this process in bytes. */
export interface ProcessMemory {
  readonly residentBytes: number;
  /** The most that was resident at any moment since the process started, or since {@link forgetPeak}. */
  readonly peakBytes: number;
}

/**
 * Memory of this process: the peak is `VmHWM` of Linux, which belongs to what the process runs; `ru_maxrss` would count
 * the moment in which it was still its parent. Elsewhere `ru_maxrss` is all there is.
 */
export function processMemory(): ProcessMemory {
  const residentBytes = process.memoryUsage.rss();
  const peakKib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(statusText())?.[1] ?? process.resourceUsage().maxRSS);
  return { residentBytes, peakBytes: Math.max(residentBytes, peakKib * 1024) };
}

/** Lets the peak start anew from what is resident now, where the system can do that. */
export function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // The peak is then one of the whole life of the process, which is what a fresh process has to tell anyway.
  }
}

function statusText(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}
