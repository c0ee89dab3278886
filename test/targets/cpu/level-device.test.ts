import { expect, test } from "vitest";
import type { DeviceFingerprint, TrialRecord } from "../../../src/schedule/index.ts";
import { makeScheduleCache } from "../../../src/schedule/index.ts";
import { atLevel, deviceForLevel, runsLevel } from "../../../targets/cpu/level-device.ts";

const here: DeviceFingerprint = {
  ...({ kind: "cpu", vendor: "AuthenticAMD", name: "here", family: 25, model: 17, cores: 2, threads: 2 } as const),
  isa: ["avx", "avx2", "avxvnni", "fma"],
  ...{ l1dKiB: 32, l2KiB: 1024, l3KiB: 32_768 },
};
const vnni = ["avx", "avx2", "avx512bw", "avx512dq", "avx512f", "avx512vl", "avx512vnni", "fma"];
const other: DeviceFingerprint = { ...here, vendor: "GenuineIntel", name: "other", isa: vnni };

function trial(device: DeviceFingerprint, at: number): TrialRecord {
  return {
    ...({ v: 1, kind: "trial", at: new Date(at).toISOString(), tool: "test", key: "k", status: "ok" } as const),
    ...{ workload: { op: "conv-u8s8" }, template: "igemm@1", toolchain: {}, point: {}, code: "", device },
  };
}

test("a device at a level has its features, and what is no feature of kernels", () => {
  expect(runsLevel(here, "avxvnni")).toBe(true);
  expect(runsLevel(here, "avx512vnni")).toBe(false);
  expect(atLevel(here, "avx2")).toEqual({ ...here, isa: ["avx", "avx2", "fma"] });
});

test("a level that is not here is that of a device in the records, the most measured one", () => {
  const empty = makeScheduleCache([]);
  expect(deviceForLevel(here, "avx2", empty)).toEqual(atLevel(here, "avx2"));
  expect(deviceForLevel(here, "avx512vnni", empty)).toEqual({ ...here, isa: vnni });
  const better = { ...other, name: "better", isa: [...vnni, "avx512vbmi"].sort() };
  const known = makeScheduleCache([trial(better, 1), trial(better, 2), trial(other, 3)]);
  expect(deviceForLevel(here, "avx512vnni", known)).toEqual(other);
  const more = { ...other, name: "more" };
  expect(
    deviceForLevel(here, "avx512vnni", makeScheduleCache([trial(other, 1), trial(more, 2), trial(more, 3)])),
  ).toEqual(more);
  // What this device can do is tuned here, whatever others know.
  expect(deviceForLevel(other, "avx512vnni", makeScheduleCache([trial(more, 1)]))).toEqual(other);
});
