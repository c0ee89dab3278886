import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { cpuFeatures } from "../../../src/codegen/index.ts";
import { featureBits } from "../../../src/region/encode-program.ts";
import { isaLevelNames, isaLevels } from "../../../src/region/isa.ts";
import { loadHostLibrary } from "../../../src/runtime/native.ts";
import { hostMissing } from "../../targets/cpu/run-kernel.ts";

afterEach(() => {
  delete process.env["INFER_OPT_ISA"];
});

function featuresWith(level: string): number {
  process.env["INFER_OPT_ISA"] = level;
  const library = loadHostLibrary();
  if ("missing" in library) throw new Error(library.missing);
  return library.features;
}

test.skipIf(hostMissing !== undefined)("INFER_OPT_ISA hides what is beyond a level", () => {
  const all = featuresWith("");
  for (const level of isaLevelNames) expect(featuresWith(level)).toBe(all & featureBits(isaLevels[level]));
  expect(featuresWith("avx1024")).toBe(0);
});

test.skipIf(hostMissing !== undefined || process.platform !== "linux")("features are those the system lists", () => {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
  const listed = new Set(flags.split(" ").map((flag) => flag.replaceAll("_", "")));
  expect(featuresWith("")).toBe(featureBits(cpuFeatures.filter((name) => listed.has(name))));
});
