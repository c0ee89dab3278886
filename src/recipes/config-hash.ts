import { createHash } from "node:crypto";
import type { CompileOptions } from "../config/index.ts";
import type { Json } from "../schedule/index.ts";
import { canonicalJson } from "../schedule/index.ts";

/** Options that do not change the bytes of the result. A profile is the options it presets. */
const placeOptions: ReadonlySet<string> = new Set<keyof CompileOptions>([
  "output",
  "records",
  "calib",
  "dumpIr",
  "explainRefusals",
  "reprove",
  "reproducible",
  "dryRun",
  "memoryLimit",
  "profile",
  "pricePerHour",
  "package",
  "loadResult",
]);

/** Options that say which of the measured forms is taken, and not what is measured. */
const choiceOptions: ReadonlySet<string> = new Set<keyof CompileOptions>([
  "objective",
  "maxSize",
  "maxLatency",
  "percentile",
  "maxMemory",
  "minThroughput",
  "maxEnergy",
  "failIfSlower",
  "baseline",
]);

/** Options that name data. What is in it is hashed where it counts, wherever it lies: here only whether there is any. */
const dataOptions: ReadonlySet<string> = new Set<keyof CompileOptions>(["calibData", "evalData", "baseline"]);

/** The hash of the options that the result follows from, in hex. */
export function configHash(options: CompileOptions): string {
  return hashWithout(options, placeOptions);
}

/** The hash of the options that measurements follow from, in hex: those that only choose among what was measured are left out. */
export function measuredHash(options: CompileOptions): string {
  return hashWithout(options, new Set([...placeOptions, ...choiceOptions]));
}

function hashWithout(options: CompileOptions, ignored: ReadonlySet<string>): string {
  const relevant = Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => !ignored.has(name))
      .map(([name, value]) => [name, dataOptions.has(name) ? value !== undefined : (value as unknown)]),
  );
  return createHash("sha256")
    .update(canonicalJson(relevant as Json))
    .digest("hex");
}
