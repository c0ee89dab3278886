import { expect, test } from "vitest";
import type { Form } from "../../../src/recipes/form.ts";
import type { RegionChoice } from "../../../src/recipes/regions/region-records.ts";
import {
  findRegionChoice,
  hashKernels,
  recordRegionChoice,
  regionKey,
} from "../../../src/recipes/regions/region-records.ts";
import type { Run } from "../../../src/recipes/run.ts";
import type { DeviceFingerprint } from "../../../src/schedule/index.ts";
import { makeScheduleCache } from "../../../src/schedule/index.ts";
import { faultOf } from "../../../src/schedule/check-record.ts";

const device = (name: string): DeviceFingerprint => ({
  ...{ kind: "cpu", vendor: "v", name, family: 1, model: 1, isa: ["avx2"], cores: 1, threads: 1 },
  ...{ l1dKiB: 1, l2KiB: 1, l3KiB: 1 },
});
const runOn = (name: string, options: Readonly<Record<string, unknown>> = {}): Run =>
  ({
    options: { exact: false, reprove: false, reproducible: false, isa: [], ...options },
    device: device(name),
    environment: { target: { id: "cpu" }, device: { fingerprint: device(name), toolchain: {} } },
  }) as unknown as Run;
const base = { hash: "h" } as unknown as Form;
const choice: RegionChoice = {
  exact: true,
  excluded: new Map([["conv1", "slower in the network: 0.80x of ONNX Runtime"]]),
  profile: { regions: [{ name: "r", stepNs: [1, 2] }], peers: [{ op: "Conv", ns: 3, nodes: ["a"] }] },
  kernels: "abc",
};

test("a choice is found again as it was recorded, on its device only, and not when it is to be measured anew", () => {
  const cache = makeScheduleCache([]);
  const run = runOn("one");
  const key = regionKey(base, "f32", run);
  recordRegionChoice(cache, key, "model", choice, run);
  expect(cache.records.map(faultOf)).toEqual([undefined]);
  expect(faultOf(JSON.parse(JSON.stringify(cache.records[0])))).toBeUndefined();
  expect(findRegionChoice(cache, key, run)).toEqual({ ...choice, at: cache.records[0]?.at });
  expect(findRegionChoice(cache, key, runOn("other"))).toBeUndefined();
  expect(findRegionChoice(cache, key, runOn("one", { reprove: true }))).toBeUndefined();
  expect(regionKey(base, "f32", runOn("one", { exact: true }))).not.toBe(key);
  expect(regionKey(base, "bf16", run)).not.toBe(key);
});

test("a record tells why nothing was timed, rather than that nothing is faster", () => {
  const cache = makeScheduleCache([]);
  const nothing = { ...choice, excluded: new Map<string, string>(), profile: undefined };
  recordRegionChoice(cache, "k", "model", nothing, runOn("one"));
  recordRegionChoice(cache, "k", "model", { ...nothing, untimed: "the process crashed" }, runOn("one"));
  const reasons = cache.choices("k").map(({ reason }) => reason);
  expect([...reasons].sort()).toEqual(["no layer is faster left plain", "the process crashed"]);
});

test("a record whose lists are no lists of nodes and times is no record", () => {
  const cache = makeScheduleCache([]);
  recordRegionChoice(cache, "k", "model", choice, runOn("one"));
  const record = { ...(cache.records[0] as object) };
  expect(faultOf({ ...record, excluded: ["conv1"] })).toBe("a choice without a proper `excluded`");
  expect(faultOf({ ...record, profile: { regions: [{ name: "r", stepNs: ["1"] }], peers: [] } })).toContain("profile");
  expect(faultOf({ ...record, profile: { regions: [], peers: [{ op: "Conv", ns: 1, nodes: "a" }] } })).toContain(
    "profile",
  );
  expect(faultOf({ ...record, device: 7 })).toContain("device");
});

test("other kernels have another hash, other names of what they compute have not", () => {
  const regionsOf = (template: string, rows: number, workload = "w"): Parameters<typeof hashKernels>[0] => ({
    regions: [{ name: "r", steps: [{ template, workload, point: { rows } }] }] as never,
  });
  const hash = hashKernels(regionsOf("igemm@1", 2));
  expect(hashKernels(regionsOf("igemm@1", 2, "other"))).toBe(hash);
  expect(hashKernels(regionsOf("igemm@1", 3))).not.toBe(hash);
  expect(hashKernels(regionsOf("igemm@2", 2))).not.toBe(hash);
});
