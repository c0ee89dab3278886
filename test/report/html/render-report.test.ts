import { expect, test } from "vitest";
import type { CompileReport } from "../../../src/events.ts";
import { renderReport } from "../../../src/report/index.ts";

const timing = (threads: number, minNs: number, ratio: number): CompileReport["forms"][number]["timings"][number] => ({
  threads,
  latency: { minNs, medianNs: minNs * 1.1, p90Ns: minNs * 1.3, samples: 40 },
  speed: { ratio, low: ratio * 0.99, high: ratio * 1.01, paired: ratio },
});

const report: CompileReport = {
  ...{ tool: "infer-opt", version: "0.1.0", seed: 1 },
  model: { file: "folder/net<1>.onnx", hash: "ab".repeat(32), bytes: 4_000_000, nodes: 10, opset: 17 },
  output: { file: "out/net.opt.onnx", form: "int8", bytes: 1_000_000, nodes: 20, opset: 17 },
  target: { id: "cpu", device: "a CPU", runtime: "onnxruntime 1.30.0" },
  options: { calibData: 'a "quoted" & folder' },
  stages: [
    {
      ...{ stage: "fuse", changes: 2, check: "equal", leftOut: ["fuse-gemm"] },
      passes: [{ pass: "fuse-affine", changes: 2, ms: 1.5, byRule: { "linear-batchnorm": 2 } }],
    },
  ],
  operators: { before: { Conv: 5, Relu: 2 }, after: { Conv: 5, QuantizeLinear: 6 } },
  quantization: {
    ...{ chosen: "mse", samples: 8, int8Nodes: 5 },
    floatNodes: [{ node: "head", reason: "its output is the graph's" }],
    candidates: [{ method: "mse", biasCorrection: true, sqnrDb: 33.25 }],
  },
  pruning: undefined,
  regions: [
    {
      ...{ form: "int8-cpu", nodes: 20, exact: true, refusals: [{ node: "nms", reason: "no kernel" }] },
      regions: [
        {
          ...{
            name: "Region_avx2_0",
            nodes: 19,
            isa: "avx2",
            lesser: [],
            without: [],
            workspaceBytes: 0,
            programBytes: 5000,
            arenaBytes: 6000,
            weightsBytes: 7000,
          },
          steps: [
            {
              ...{ name: "conv", workload: "conv-u8s8 7x7 8->8 3x3", template: "igemm@1", point: { pixels: 6 } },
              ...{ work: 100, nodes: ["c"], ns: 12_345, peakShare: 0.91 },
            },
          ],
        },
      ],
    },
  ],
  forms: [
    {
      ...{ name: "original", nodes: 10, bytes: 4_000_000, verdict: "not taken: slower" },
      ...{ timings: [timing(1, 2e6, 1)], accuracy: [{ metric: "top1", value: 0.9, samples: 100 }] },
    },
    {
      ...{ name: "int8", nodes: 20, bytes: 1_000_000, verdict: "written: 2x" },
      ...{ timings: [timing(1, 1e6, 2)], accuracy: [{ metric: "top1", value: 0.89, samples: 100 }] },
    },
  ],
  choice: { form: "int8", reason: "2.00x at 1 thread", measured: "now" },
  noise: 0.01,
  refusals: [{ pass: "fuse-affine", rule: "scale", node: "n1", reason: "two readers" }],
  problems: [{ code: "IO0712", severity: "warning", exitCode: 1, message: "a <b> message", hint: "a hint", where: {} }],
  notes: ["a note"],
  phases: [{ name: "load", ms: 12 }],
};

test("the page shows the verdict first, and everything the report holds", () => {
  const page = renderReport(report);
  for (const words of [
    ...["2.00x", "1.00 MB", "25 % of 4.00 MB", "89.00 %", "was 90.00 %", "fuse-affine", "linear-batchnorm 2"],
    ...["left out: fuse-gemm", "33.3 dB", "head", "conv-u8s8 7x7 8-&gt;8 3x3", "91 % of peak", "two readers"],
    ...["no kernel", "IO0712", "a hint", "a note", "not taken: slower", "5 → 5", "0 → 6"],
  ])
    expect(page).toContain(words);
  expect(page.indexOf("Verdict")).toBeLessThan(page.indexOf("Forms"));
});

test("names and messages are text, never markup", () => {
  const page = renderReport(report);
  expect(page).toContain("net&lt;1&gt;.onnx");
  expect(page).toContain("a &lt;b&gt; message");
  expect(page).toContain("a \\&quot;quoted\\&quot; &amp; folder");
  expect(page).not.toMatch(/<b> message|<1>/);
});

test("nothing is fetched and nothing runs", () => {
  const page = renderReport(report);
  expect(page).not.toMatch(/<script|https?:|src=|@import|url\(/);
});

test("bars are drawn on one scale, whatever is longest", () => {
  const widths = [...renderReport(report).matchAll(/class="bar(?: before)?" style="width:([\d.]+)%"/g)].map((m) =>
    Number(m[1]),
  );
  expect(widths.length).toBeGreaterThan(8);
  expect(Math.max(...widths)).toBe(100);
  expect(Math.min(...widths)).toBe(0);
});

test("a report of a run that measured nothing has no empty charts", () => {
  const page = renderReport({
    ...report,
    ...{ regions: [], refusals: [], problems: [], notes: [], stages: [], quantization: { refused: "no data" } },
    output: { ...report.output, form: "original" },
    forms: [{ name: "original", nodes: 10, bytes: 1, timings: [], accuracy: [], verdict: "" }],
    choice: { form: "original", reason: "not timed", measured: "no" },
    noise: undefined,
  });
  expect(page).toContain("The original was kept.");
  expect(page).toContain("No INT8 form: no data");
  expect(page).toContain("Nothing was timed");
  expect(page).not.toMatch(/Latency at|Kernels|Remarks|Left as it was|undefined|NaN/);
});
