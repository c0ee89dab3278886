import { expect, test } from "vitest";
import { cpuFeatures } from "../../src/codegen/index.ts";
import {
  impliesFeature,
  isaLevelNames,
  isaLevels,
  lowestIsa,
  maxRegionsPerLevel,
  parseRegionName,
  regionDomain,
  regionName,
} from "../../src/region/index.ts";

test("a level is the lowest for its own features, and its features are known", () => {
  for (const level of isaLevelNames) {
    expect(lowestIsa(isaLevels[level])).toBe(level);
    for (const feature of isaLevels[level]) expect(cpuFeatures).toContain(feature);
  }
});

test("the lowest level follows from the features a program needs", () => {
  expect(lowestIsa([])).toBe("avx2");
  expect(lowestIsa(["fma"])).toBe("avx2");
  expect(lowestIsa(["avx2", "avxvnni"])).toBe("avxvnni");
  expect(lowestIsa(["avx512f"])).toBe("avx512vnni");
  expect(lowestIsa(["avx512vbmi", "avx2"])).toBe("avx512vbmi");
  expect(lowestIsa(["avx512bf16"])).toBe("avx512bf16");
  expect(lowestIsa(["avxvnni", "avx512vnni"])).toBeUndefined();
  expect(impliesFeature("avx512vnni", "avxvnni")).toBe(false);
});

test("names of regions are read back; others are none", () => {
  for (const isa of isaLevelNames)
    for (const index of [0, 7, maxRegionsPerLevel - 1])
      expect(parseRegionName(regionDomain, regionName({ isa, index }))).toEqual({ isa, index });
  for (const name of ["Region_avx2_32", "Region_avx2_01", "Region_sse_0", "Region_avx2_", "xRegion_avx2_0"])
    expect(parseRegionName(regionDomain, name)).toBeUndefined();
  expect(parseRegionName("ai.inferopt.v2", "Region_avx2_0")).toBeUndefined();
  expect(() => regionName({ isa: "avx2", index: maxRegionsPerLevel })).toThrow(RangeError);
  expect(() => regionName({ isa: "avx2", index: -1 })).toThrow(RangeError);
});
