import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import type { DeviceFingerprint } from "../../src/schedule/index.ts";

/** CPU flags of Linux that matter to kernels, with the names used in records. */
const isaFlags: Readonly<Record<string, string>> = {
  avx2: "avx2",
  fma: "fma",
  avx_vnni: "avxvnni",
  avx512f: "avx512f",
  avx512bw: "avx512bw",
  avx512dq: "avx512dq",
  avx512vl: "avx512vl",
  avx512_vnni: "avx512vnni",
  avx512_bf16: "avx512bf16",
  avx512vbmi: "avx512vbmi",
  amx_int8: "amxint8",
  asimddp: "sdot",
  i8mm: "i8mm",
  bf16: "bf16",
};

/** The CPU this process runs on. Fields that the system does not tell are 0 or empty. */
export function detectCpu(): DeviceFingerprint {
  const info = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const field = (name: string): string => new RegExp(`^(?:${name})\\s*:\\s*(.*)$`, "m").exec(info)?.[1]?.trim() ?? "";
  const flags = new Set(field("flags|Features").split(/\s+/));
  return {
    kind: "cpu",
    vendor: field("vendor_id") || process.arch,
    name: field("model name") || (cpus()[0]?.model ?? "unknown"),
    family: Number(field("cpu family")) || 0,
    model: Number(field("model")) || 0,
    isa: Object.entries(isaFlags)
      .filter(([flag]) => flags.has(flag))
      .map(([, name]) => name)
      .sort(),
    l1dKiB: cacheSize(1),
    l2KiB: cacheSize(2),
    l3KiB: cacheSize(3),
    cores: Number(field("cpu cores")) || cpus().length,
    threads: availableParallelism(),
  };
}

/** Size in KiB of the data or unified cache of a level, from sysfs; 0 when unknown. */
function cacheSize(level: number): number {
  for (let i = 0; i < 8; i++) {
    const folder = `/sys/devices/system/cpu/cpu0/cache/index${i}`;
    if (!existsSync(`${folder}/level`)) return 0;
    const read = (name: string): string => readFileSync(`${folder}/${name}`, "utf8").trim();
    if (Number(read("level")) === level && read("type") !== "Instruction")
      return Number.parseInt(read("size"), 10) || 0;
  }
  return 0;
}
