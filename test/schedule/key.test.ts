import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../src/schedule/index.ts";
import { canonicalJson, hashJson, pointText, trialKey } from "../../src/schedule/index.ts";
import { device } from "./records.ts";

const identity = {
  workload: { op: "conv", dims: [1, 64, 56, 56], stride: 2, bias: true },
  template: "igemm-u8s8@3",
  device,
  toolchain: { emitter: "x86@2" },
};

test("canonical JSON sorts keys at every level, leaves undefined out and prints numbers as JavaScript does", () => {
  const value = { b: [1.5, -0, 1e21, true, null], a: { "\u00e9": "\n", Z: 1, skipped: undefined }, A: "x" };
  expect(canonicalJson(value as unknown as Json)).toBe(
    '{"A":"x","a":{"Z":1,"\u00e9":"\\n"},"b":[1.5,0,1e+21,true,null]}',
  );
});

test("canonical JSON does not depend on the order of insertion, and parses back", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const shuffled = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(shuffled as Json)).toBe(canonicalJson(value as Json));
      expect(JSON.parse(canonicalJson(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("keys are golden: the same on every host and in every version that calls itself v1", () => {
  expect(hashJson({ a: 1, b: ["x", null] })).toBe("18c018603b12c4beed8593acb6ad65cdc9667cce853e8b6dffd035fe3a0fb4de");
  expect(trialKey(identity)).toBe("862e3783de1e3a617f297bf219015cec0c049d858fa86f8b1442500432652ee1");
});

test("every field of the identity changes the key", () => {
  const keys = [
    identity,
    { ...identity, template: "igemm-u8s8@4" },
    { ...identity, toolchain: { emitter: "x86@3" } },
    { ...identity, workload: { ...identity.workload, stride: 1 } },
    ...Object.keys(device).map((field) => ({
      ...identity,
      device: { ...device, [field]: field === "isa" ? ["avx2"] : "other" },
    })),
  ].map(trialKey);
  expect(new Set(keys).size).toBe(keys.length);
});

test("the text of a point names its coordinates in order", () => {
  expect(pointText({ tileN: 8, tileM: 4, Unroll: 2 })).toBe("Unroll=2,tileM=4,tileN=8");
});
