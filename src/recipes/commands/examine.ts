import { existsSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { targets } from "../../../targets/index.ts";
import type { MachineState } from "../../events.ts";
import { noiseFloor, readMachineState, systemClock } from "../../measure/index.ts";
import { nativeLibraryPath, whyNativeMissing } from "../../runtime/index.ts";
import { examineEnergy } from "./examine-energy.ts";
import { speedFindings } from "./examine-speed.ts";
import type { Finding } from "./finding.ts";
import { listTargets } from "./listings.ts";
import { machineSpeed } from "./machine-speed.ts";
import type { MachineLimits } from "./machine-limits.ts";
import { readMachineLimits } from "./machine-limits.ts";

/** How a machine is examined. */
export interface Examination {
  /** Schedule caches to look for this machine's speed in; those of the working folder when left out. */
  readonly records?: readonly string[];
  /** Measures the speed that records do not know, and the power drawn; what is measured is added to the first of the records. */
  readonly measure?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Examines this machine: Node, the processor and what bounds it, how quiet it is, how fast, what counts its energy, the
 * runtimes, the targets. Throws IO0802 for records that are none.
 */
export async function examine({
  records,
  measure = false,
  signal = new AbortController().signal,
}: Examination = {}): Promise<readonly Finding[]> {
  const speed = await machineSpeed({
    signal,
    ...(records === undefined ? {} : { records }),
    ...(measure ? { measure: records === undefined ? "forget" : "keep" } : {}),
  });
  const [portable] = targets;
  const found = (await listTargets()).map(({ id, detected, missing }): Finding => ({
    name: `target ${id}`,
    ok: detected !== undefined,
    // The others are faster where they are, and nothing else needs them.
    optional: id !== portable?.id,
    detail: detected ?? missing ?? "",
  }));
  const limits = readMachineLimits();
  return [
    nodeFinding(process.versions.node),
    {
      name: "temporary folder",
      ok: existsSync(process.env["TMPDIR"] ?? "/tmp") || process.platform === "win32",
      optional: false,
      detail: "holds models while they are checked and timed",
    },
    processorFinding(limits),
    memoryFinding(limits),
    clockFinding(readMachineState()),
    noiseFinding(noiseFloor(systemClock)),
    ...speedFindings(speed, new Date()),
    ...(await examineEnergy(measure)),
    libraryFinding(),
    ...found,
  ];
}

function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return {
    name: "node",
    ok: major > 20 || (major === 20 && minor >= 19),
    optional: false,
    detail: `${version} on ${process.platform} ${process.arch} (20.19 or newer is needed)`,
  };
}

function processorFinding({ cpus: quota, smt }: MachineLimits): Finding {
  const [all, usable] = [cpus().length, availableParallelism()];
  const isHeld = quota !== undefined && quota < usable;
  return {
    ...{ name: "processor", ok: true, optional: true },
    detail: [
      `${cpus()[0]?.model.trim() ?? "unknown"}, ${all} thread${all === 1 ? "" : "s"}`,
      ...(smt === undefined ? [] : [smt ? "two of a core" : "one of a core"]),
      ...(usable === all ? [] : [`${usable} of them for this process`]),
      ...(quota === undefined ? [] : [`a control group allows ${Number(quota.toFixed(2))} at a time`]),
    ].join(", "),
    ...(isHeld
      ? { advice: `time with --threads ${Math.max(1, Math.floor(quota))}: more threads than that are paused in turns` }
      : {}),
  };
}

function memoryFinding({ memoryBytes }: MachineLimits): Finding {
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const bound =
    memoryBytes === undefined || memoryBytes >= totalmem()
      ? ""
      : `, of which a control group allows ${gigabytes(memoryBytes)}`;
  return { name: "memory", ok: true, optional: true, detail: `${gigabytes(totalmem())}${bound}` };
}

/** Clocks that follow the load, and cores that are hot, make times spread. */
export function clockFinding({ governors, turbo, celsius }: MachineState): Finding {
  const parts = [
    governors === undefined ? "the governor cannot be read" : `governor ${governors.join(" and ")}`,
    turbo === undefined ? "turbo cannot be read" : `turbo ${turbo ? "on" : "off"}`,
    celsius === undefined ? "the temperature cannot be read" : `${celsius.toFixed(0)} degrees Celsius`,
  ];
  const isSlow = governors?.some((governor) => governor !== "performance") === true;
  return {
    ...{ name: "clocks", ok: true, optional: true, detail: parts.join(", ") },
    ...(isSlow
      ? { advice: "the governor `performance` makes times steadier: `cpupower frequency-set -g performance`" }
      : {}),
  };
}

/** Wins below this share are not told from noise. */
const QUIET = 0.03;

/** How far wins must stand out. */
export function noiseFinding(noise: number): Finding {
  return {
    ...{ name: "noise floor", ok: true, optional: true },
    detail: `${(noise * 100).toFixed(1)} % (median deviation of a fixed loop from its best, now)`,
    ...(noise > QUIET ? { advice: "other work disturbs timing: it takes longer, and small wins are not found" } : {}),
  };
}

function libraryFinding(): Finding {
  const file = nativeLibraryPath();
  const missing = whyNativeMissing(file);
  return {
    ...{ name: "host library", ok: missing === undefined, optional: true },
    detail: missing ?? `${file} (runs compiled regions; loading it means trusting the models it runs)`,
  };
}
