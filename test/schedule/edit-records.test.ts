import { expect, test } from "vitest";
import type { ChoiceRecord, DeviceFingerprint, ScheduleRecord, TrialRecord } from "../../src/schedule/index.ts";
import { mergeRecords, pruneRecords, summarizeDevices, summarizeWorkloads } from "../../src/schedule/index.ts";

const device = (name: string): DeviceFingerprint => ({
  ...{ kind: "cpu", vendor: "V", name, family: 1, model: 1, isa: ["avx2"] },
  ...{ l1dKiB: 32, l2KiB: 512, l3KiB: 4096, cores: 2, threads: 2 },
});

function trial(key: string, size: number, ns: number | undefined, on = "here", tool = "0.1.0"): TrialRecord {
  return {
    ...{ v: 1, kind: "trial", key, tool, at: `2026-01-${String(size + 10)}T00:00:00.000Z` },
    ...{ workload: { op: "conv", rows: 7 }, template: "t@1", device: device(on), toolchain: {}, point: { size } },
    code: "c",
    ...(ns === undefined
      ? { status: "verify", detail: "wrong" }
      : { status: "ok", ns: { min: ns, median: ns, p90: ns, n: 9, mode: "cold" }, reference: { ns: 100 } }),
  };
}

const choice: ChoiceRecord = {
  ...{ v: 1, kind: "choice", key: "k", tool: "0.1.0", at: "2026-01-30T00:00:00.000Z" },
  ...{ model: "", scope: "kernel", chosen: "t@1 size=3", reason: "good on both" },
};

const records: readonly ScheduleRecord[] = [
  trial("a", 1, 10),
  trial("a", 2, 20),
  trial("a", 3, 30),
  trial("a", 4, undefined),
  trial("b", 5, 50),
  trial("a", 6, 5, "elsewhere"),
  trial("a", 7, 7, "here", "0.0.9"),
  choice,
];

test("merging keeps every record once, in one order whatever the order of files", () => {
  const [left, right] = [records.slice(0, 5), records.slice(3)];
  const merged = mergeRecords([left, right]);
  expect(merged).toHaveLength(records.length);
  expect(mergeRecords([right, left, left])).toEqual(merged);
  expect(merged.map(({ at }) => at)).toEqual([...merged.map(({ at }) => at)].sort());
});

test("pruning by device, version and failures", () => {
  const sizes = (rule: Parameters<typeof pruneRecords>[1]): readonly (number | undefined)[] =>
    pruneRecords(records, rule).map((record) => (record.kind === "trial" ? record.point["size"] : undefined));
  expect(sizes({})).toEqual([1, 2, 3, 4, 5, 6, 7, undefined]);
  expect(sizes({ device: device("here") })).toEqual([1, 2, 3, 4, 5, 7, undefined]);
  expect(sizes({ tool: "0.1.0" })).toEqual([1, 2, 3, 4, 5, 6, undefined]);
  expect(sizes({ failures: true })).toEqual([1, 2, 3, 5, 6, 7, undefined]);
});

test("the best of each key stay, and what a choice rests on, though it is not the best", () => {
  const kept = pruneRecords(records, { device: device("here"), tool: "0.1.0", failures: true, best: 1 });
  expect(kept.map((record) => (record.kind === "trial" ? record.point["size"] : record.kind))).toEqual([
    ...[1, 3, 5, "choice"],
  ]);
});

test("what a cache holds, by device and by workload", () => {
  const [here, elsewhere] = summarizeDevices(records);
  expect(here).toMatchObject({ trials: 6, failures: 1, workloads: 1, proofs: 0, tools: ["0.0.9", "0.1.0"] });
  expect(here?.oldest.slice(0, 10)).toBe("2026-01-11");
  expect(elsewhere).toMatchObject({ trials: 1, failures: 0 });
  expect(summarizeWorkloads(records)).toMatchObject([
    { key: "a", tried: 6, failed: 1, best: { point: "size=6", ns: 5, mode: "cold" } },
    { key: "b", tried: 1, failed: 0, best: { point: "size=5", ns: 50 } },
  ]);
});
