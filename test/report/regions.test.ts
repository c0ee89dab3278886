import { expect, test } from "vitest";
import type { CompileReport, RegionsReport, RegionStepReport } from "../../src/events.ts";
import { describeRegions, summarizeLoading, summarizeRegions } from "../../src/report/regions.ts";

const step: RegionStepReport = {
  name: "conv1",
  workload: "conv-u8s8 16x16 32->32 3x3",
  template: "igemm@1",
  point: { vectors: 2, pixels: 6, prefetch: 0 },
  work: 2359296,
  nodes: ["conv1"],
  ns: 5000,
  peakShare: 0.923,
};
const border: RegionStepReport = {
  ...{ name: "border", workload: "fill-border 16x16 32", template: "fill-border@1", point: {}, work: 0, nodes: [] },
};
const report: RegionsReport = {
  form: "int8-cpu",
  nodes: 105,
  exact: true,
  regions: [
    {
      ...{ name: "Region_avx512vnni_0", nodes: 80, programBytes: 90_000, arenaBytes: 65_536, weightsBytes: 400_000 },
      ...{ isa: "avx512vnni", workspaceBytes: 0, lesser: [], without: [] },
      steps: [
        border,
        step,
        border,
        { ...step, name: "conv2" },
        { ...step, point: { vectors: 4, pixels: 3 }, ns: 20_000 },
      ],
    },
    {
      ...{ name: "Region_avx512vnni_1", nodes: 14, programBytes: 8900, arenaBytes: 1864, weightsBytes: 12_100 },
      ...{ isa: "avx512vnni", workspaceBytes: 0, lesser: [], without: [] },
      steps: [border],
    },
  ],
  refusals: [
    { node: "a", reason: "no kernel for Sin" },
    { node: "b", reason: "dynamic shape" },
    { node: "c", reason: "dynamic shape" },
    { node: "d", reason: "x" },
    { node: "e", reason: "y" },
  ],
};

test("layers are told once each, those that take longest first", () => {
  expect(describeRegions(report)).toMatchInlineSnapshot(`
    "   int8-cpu: 94 of 105 nodes in 2 regions (programs 98.9 KB, arena 67.4 KB, packed constants 412.1 KB); left out: 2x dynamic shape, no kernel for Sin, x and 1 more reason
       layer                       kernel                      uses     time  % of peak
       conv-u8s8 16x16 32->32 3x3  igemm@1 pixels=3 vectors=4     1  20.0 us         92
       conv-u8s8 16x16 32->32 3x3  igemm@1 pixels=6 vectors=2     2   5.0 us         92
       fill-border 16x16 32        fill-border@1                  3        -          -"
  `);
});

test("nothing compiled is told with the reasons", () => {
  expect(describeRegions({ ...report, regions: [], refusals: report.refusals.slice(0, 1) })).toMatchInlineSnapshot(
    `"   int8-cpu: no regions; left out: no kernel for Sin"`,
  );
});

test("the most scratch memory of a region is told where kernels need some", () => {
  const regions = report.regions.map((region, i) => ({ ...region, workspaceBytes: 2000 * i }));
  expect(describeRegions({ ...report, regions })).toContain("packed constants 412.1 KB, workspace 2.0 KB a thread)");
});

test("results that may be a step off are told", () => {
  expect(describeRegions({ ...report, exact: false, regions: [], refusals: [] })).toMatchInlineSnapshot(
    `"   int8-cpu: no regions; some quantized results may be a step off (--exact forbids it)"`,
  );
});

test("products in bfloat16 are told with what was measured and the greatest bound", () => {
  const [region] = report.regions;
  if (region === undefined) throw new Error("a region is expected");
  const steps = region.steps.map((step, index) => ({ ...step, errorBound: index / 100 }));
  const narrow = { ...report, form: "bf16-cpu", sqnrDb: 43.21, regions: [{ ...region, steps }], refusals: [] };
  const [totals] = describeRegions(narrow).split("\n");
  expect(totals).toContain(
    `${steps.length} layers in bfloat16 (43.2 dB on samples); a layer's sums are off by at most`,
  );
  expect(totals).toContain(`${(steps.length - 1).toFixed(2)} % of the sum`);
});

test("a summary tells how the written form is loaded, where it has regions", () => {
  const loading = (form: string): readonly string[] =>
    summarizeLoading({ regions: [report], output: { form } } as unknown as CompileReport);
  expect(loading(report.form).join()).toContain("`infer-opt runtime --path`");
  expect(loading("float")).toEqual([]);
});

test("a summary tells of the written form, else of those that did not pay", () => {
  const none: RegionsReport = { form: "float-cpu", nodes: 33, exact: true, regions: [], refusals: [] };
  const summaryOf = (form: string): readonly string[] =>
    summarizeRegions({ regions: [none, report], output: { form } } as unknown as CompileReport);
  expect(summaryOf("int8-cpu").map((line) => line.split(":")[0])).toEqual(["int8-cpu"]);
  expect(summaryOf("original").map((line) => line.split(":")[0])).toEqual(["float-cpu", "int8-cpu"]);
});
