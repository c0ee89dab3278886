import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenedCounter } from "./energy-counter.ts";

/**
 * Counts by the running average power limits (RAPL) that Linux tells under `powercap`, on processors of Intel and AMD: all
 * packages and their memory. The machine's other work and its idling are counted along.
 */
export function openRaplCounter(root = "/sys/class/powercap"): OpenedCounter {
  const zones = zonesOf(root);
  if (zones.length === 0) return { missing: `the system tells no energy of the processor under ${root}` };
  let total = 0;
  let last = zones.map(({ read }) => read());
  const unreadable = zones.find((_, i) => last[i] === undefined);
  if (unreadable !== undefined)
    return { missing: `${unreadable.file} cannot be read: most systems let only root read it` };
  return {
    read: () => {
      const now = zones.map(({ read }) => read());
      for (const [i, { range }] of zones.entries()) {
        const [before, after] = [last[i], now[i]];
        if (before === undefined || after === undefined) return undefined;
        // A counter that came to its end goes on from zero.
        total += after >= before ? after - before : after + range - before;
      }
      last = now;
      return total;
    },
    close: () => undefined,
  };
}

interface Zone {
  readonly file: string;
  /** Microjoules after which the counter goes on from zero. */
  readonly range: number;
  read(): number | undefined;
}

/** Packages are `intel-rapl:0`, …; what belongs to one is `intel-rapl:0:1`: of these only memory is not in the package's own. */
function zonesOf(root: string): readonly Zone[] {
  return foldersOf(root).flatMap((folder) => {
    const name = textOf(join(root, folder, "name")) ?? "";
    const isPackage = /^intel-rapl:\d+$/.test(folder) && name.startsWith("package");
    const isMemory = /^intel-rapl:\d+:\d+$/.test(folder) && name === "dram";
    const range = numberOf(join(root, folder, "max_energy_range_uj"));
    if ((!isPackage && !isMemory) || range === undefined) return [];
    const file = join(root, folder, "energy_uj");
    return [{ file, range, read: () => numberOf(file) }];
  });
}

function foldersOf(root: string): readonly string[] {
  try {
    return readdirSync(root).sort();
  } catch {
    return [];
  }
}

function numberOf(file: string): number | undefined {
  const text = textOf(file);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
