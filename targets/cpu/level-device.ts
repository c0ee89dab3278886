import { cpuFeatures } from "../../src/codegen/index.ts";
import type { IsaLevel } from "../../src/region/index.ts";
import { isaLevels } from "../../src/region/index.ts";
import type { DeviceFingerprint, ScheduleCache } from "../../src/schedule/index.ts";

const known: ReadonlySet<string> = new Set(cpuFeatures);

/** Whether a device has all features of a level. */
export function runsLevel({ isa }: DeviceFingerprint, level: IsaLevel): boolean {
  return isaLevels[level].every((feature) => isa.includes(feature));
}

/** The device as if it had the features of a level and no more, as INFER_OPT_ISA makes it. */
export function atLevel(device: DeviceFingerprint, level: IsaLevel): DeviceFingerprint {
  const others = device.isa.filter((name) => !known.has(name));
  return { ...device, isa: [...others, ...isaLevels[level]].sort() };
}

/**
 * The device that kernels of a level are emitted for: this one where it runs them; else one of exactly that level that
 * the records know, the most measured first, and this one's caches where they know none.
 */
export function deviceForLevel(device: DeviceFingerprint, level: IsaLevel, cache: ScheduleCache): DeviceFingerprint {
  if (runsLevel(device, level)) return atLevel(device, level);
  const found = new Map<string, { readonly device: DeviceFingerprint; trials: number }>();
  for (const record of cache.records) {
    if (record.kind !== "trial" || record.device.kind !== "cpu" || !isOfLevel(record.device, level)) continue;
    const key = JSON.stringify(record.device);
    const before = found.get(key);
    if (before === undefined) found.set(key, { device: record.device, trials: 1 });
    else before.trials++;
  }
  const [best] = [...found].sort(([a, m], [b, n]) => n.trials - m.trials || (a < b ? -1 : 1));
  return best === undefined ? atLevel(device, level) : best[1].device;
}

/** Whether what a device can do is what the level means. */
function isOfLevel({ isa }: DeviceFingerprint, level: IsaLevel): boolean {
  return (
    isa
      .filter((name) => known.has(name))
      .sort()
      .join() === [...isaLevels[level]].sort().join()
  );
}
