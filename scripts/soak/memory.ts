import { readFileSync } from "node:fs";
import { collectGarbage } from "./collect-garbage.ts";
import { libc } from "./libc.ts";

/** What this process holds while no session exists: bytes, and a count of mappings. */
export interface MemorySample {
  /** Sessions that were made and destroyed before. */
  readonly sessions: number;
  /** Resident, after freed memory was given back to the system where the C library can be told to. */
  readonly resident: number;
  /** Given out by malloc and not freed; undefined where the C library does not say. */
  readonly allocated: number | undefined;
  /** Regions of the address space; undefined where the system does not say. */
  readonly mappings: number | undefined;
}

/**
 * Samples the memory. Caches of the C library (free blocks, in an arena a thread) and garbage of JavaScript are no leaks,
 * so both are given back first; other threads have collected theirs.
 */
export function sampleMemory(sessions: number): MemorySample {
  collectGarbage();
  libc?.trim();
  return { sessions, resident: process.memoryUsage.rss(), allocated: libc?.allocated(), mappings: countMappings() };
}

function countMappings(): number | undefined {
  return process.platform === "linux" ? readFileSync("/proc/self/maps", "utf8").split("\n").length - 1 : undefined;
}
