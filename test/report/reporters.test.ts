import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CompileEvent, CompileReport } from "../../src/events.ts";
import {
  formatBytes,
  formatMetric,
  formatTable,
  formatTime,
  ndjsonReporter,
  plainReporter,
} from "../../src/report/index.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1e12 }));
afterEach(() => void vi.useRealTimers());

const latency = { minNs: 200e3, medianNs: 210e3, p90Ns: 230e3, p99Ns: 400e3, samples: 100 };
const report: CompileReport = {
  tool: "infer-opt",
  version: "0.1.0",
  model: { file: "m.onnx", hash: "h", bytes: 1.64e6, nodes: 55, opset: 17 },
  output: { file: "out/m.opt.onnx", form: "int8", bytes: 452e3, nodes: 105, opset: 17 },
  target: { id: "onnxruntime", device: "Test CPU", runtime: "onnxruntime 1.30.0" },
  options: {},
  seed: 1,
  stages: [],
  operators: { before: {}, after: {} },
  quantization: undefined,
  pruning: undefined,
  tuning: [],
  regions: [],
  forms: [
    {
      name: "original",
      nodes: 55,
      bytes: 1.64e6,
      timings: [{ threads: 1, latency, speed: { ratio: 1, low: 1, high: 1, paired: 1 } }],
      accuracy: [{ metric: "top1", value: 0.916, samples: 500 }],
      verdict: "",
    },
    {
      name: "int8",
      nodes: 105,
      bytes: 452e3,
      timings: [
        { threads: 1, latency: { ...latency, minNs: 100e3 }, speed: { ratio: 2, low: 1.9, high: 2.1, paired: 2 } },
      ],
      accuracy: [
        { metric: "top1", value: 0.914, samples: 500 },
        { metric: "sqnr", value: 31.5, samples: 500 },
      ],
      verdict: "written",
    },
  ],
  choice: { form: "int8", reason: "2.000x at 1 thread (1.900 to 2.100) of the original", measured: "now" },
  objective: "latency",
  constraints: [],
  noise: 0.01,
  refusals: [],
  problems: [],
  notes: [],
  phases: [],
};

const events: readonly CompileEvent[] = [
  { type: "phase", name: "load" },
  { type: "loaded", file: "m.onnx", bytes: 1.64e6, nodes: 55, opset: 17, irVersion: 8 },
  { type: "target", id: "onnxruntime", device: "Test CPU", runtime: "onnxruntime 1.30.0" },
  {
    type: "pass",
    stage: "fuse",
    pass: "fuse-affine",
    round: 1,
    changes: 13,
    byRule: { "linear-batchnorm": 13 },
    nodesBefore: 46,
    nodesAfter: 33,
    ms: 4,
  },
  { type: "refusal", pass: "fuse-affine", rule: "linear-add", node: "add_3", reason: "read elsewhere" },
  { type: "check", stage: "fuse", verdict: "within-tolerance", detail: '"y" 127.5 dB', sqnrDb: 127.5 },
  { type: "rollback", stage: "fuse", pass: "fuse-gemm", rule: "r", reason: "it changed the results" },
  { type: "progress", phase: "accuracy", done: 1, total: 3, etaMs: 1500 },
  { type: "progress", phase: "accuracy", done: 2, total: 3 },
  { type: "progress", phase: "accuracy", done: 3, total: 3 },
  { type: "accuracy", form: "int8", metric: "top1", value: 0.914, samples: 500 },
  { type: "measured", form: "int8 at 1 thread", latency, ratio: 2, low: 1.9, high: 2.1 },
  { type: "choice", form: "int8", reason: "faster" },
  {
    type: "diagnostic",
    diagnostic: {
      code: "IO0706",
      severity: "warning",
      message: "not measured: too large",
      hint: "raise --memory-limit",
      where: { file: "m.onnx" },
      exitCode: 1,
    },
  },
  { type: "note", text: "replayed" },
  { type: "written", file: "out/m.opt.onnx", bytes: 452e3 },
  { type: "finished", report },
];

function lines(refusals: boolean): string {
  let text = "";
  const reporter = plainReporter((chunk) => (text += chunk), { refusals });
  for (const event of events) reporter.handle(event);
  return text;
}

test("plain lines", () => {
  expect(lines(true)).toMatchInlineSnapshot(`
    "== load
       m.onnx: 1.64 MB, 55 nodes, opset 17, IR 8
       target onnxruntime: Test CPU; onnxruntime 1.30.0
       fuse-affine: 13 changes, 46 -> 33 nodes (linear-batchnorm 13)
       near miss: fuse-affine/linear-add at add_3: read elsewhere
       check fuse: within-tolerance; "y" 127.5 dB
       rolled back fuse-gemm/r: it changed the results
       int8: top1 91.40 % on 500 samples
       int8 at 1 thread: min 200.0 us, median 210.0 us, 2.000x (1.900 to 2.100)
       chosen: int8; faster
    warning IO0706: not measured: too large
      where: m.onnx
      help: raise --memory-limit
       replayed
       wrote out/m.opt.onnx (452.0 KB)

    form      nodes      size    min 1t  speed 1t     top1     sqnr
    original     55   1.64 MB  200.0 us     1.00x  91.60 %        -
    int8        105  452.0 KB  100.0 us     2.00x  91.40 %  31.5 dB  <- written

    int8: 2.000x at 1 thread (1.900 to 2.100) of the original
    nodes 55 -> 105, size 1.64 MB -> 452.0 KB
    output: out/m.opt.onnx
    "
  `);
});

test("names can neither steer a terminal nor begin a line of a log, which pipelines may obey", () => {
  let text = "";
  const reporter = plainReporter((chunk) => (text += chunk), { refusals: true });
  const name = "a\n::error::b\u001b[2J";
  reporter.handle({ type: "loaded", file: name, bytes: 1, nodes: 1, opset: 17, irVersion: 8 });
  reporter.handle({ type: "note", text: `left out: ${name}` });
  const diagnostic = {
    ...{ code: "IO0106", severity: "error" as const, message: `no model: ${name}`, hint: "a hint", explanation: "" },
    ...{ exitCode: 1, where: { file: name, node: name } },
  } as const;
  reporter.handle({ type: "diagnostic", diagnostic });
  text += formatTable([[name, "1"]]);
  expect(text).not.toMatch(/^\s*::/m);
  expect(text).not.toContain("\u001b");
  expect(text).toContain("no model: a");
});

test("all metrics of a form are one line, whether something follows or not", async () => {
  const told: string[] = [];
  const reporter = plainReporter((text) => told.push(text.trim()), { refusals: false });
  const judged = (form: string, metric: string, value: number): CompileEvent => ({
    ...{ type: "accuracy", form, metric, value, samples: 500 },
  });
  for (const event of [judged("a", "top1", 0.9), judged("a", "sqnr", 30), judged("b", "top1", 0.8)])
    reporter.handle(event);
  reporter.handle({ type: "note", text: "between" });
  reporter.handle(judged("c", "cosine", 1));
  expect(told).toEqual(["a: top1 90.00 %, sqnr 30.0 dB on 500 samples", "b: top1 80.00 % on 500 samples", "between"]);
  await Promise.resolve();
  expect(told.at(-1)).toBe("c: cosine 1.0000 on 500 samples");
});

test("near misses are listed on request only", () => {
  expect(lines(false)).not.toContain("near miss");
});

test("progress is told every two seconds and at its end", () => {
  const told: string[] = [];
  const reporter = plainReporter((text) => told.push(text.trim()), { refusals: false });
  for (let done = 1; done <= 50; done++) {
    vi.advanceTimersByTime(100);
    reporter.handle({ type: "progress", phase: "calibration", done, total: 50, etaMs: (50 - done) * 100 });
  }
  expect(told).toEqual(["calibration 21/50, 3 s left", "calibration 41/50, 1 s left", "calibration 50/50"]);
  // The next of the same name is another one, and what is done at once is not worth a line.
  for (let done = 1; done <= 50; done++) reporter.handle({ type: "progress", phase: "calibration", done, total: 50 });
  expect(told).toHaveLength(3);
});

test("NDJSON: one event a line, as it is; numbers that JSON lacks become strings", () => {
  const chunks: string[] = [];
  const reporter = ndjsonReporter((text) => chunks.push(text));
  for (const event of events) reporter.handle(event);
  reporter.handle({ type: "check", stage: "s", verdict: "equal", detail: "d", sqnrDb: Infinity });
  expect(chunks.every((chunk) => chunk.endsWith("\n") && chunk.indexOf("\n") === chunk.length - 1)).toBe(true);
  const parsed = chunks.map((chunk) => JSON.parse(chunk) as CompileEvent);
  expect(parsed.slice(0, -2)).toEqual(events.slice(0, -1));
  expect(parsed.at(-1)).toMatchObject({ sqnrDb: "Infinity" });
});

test("numbers for people", () => {
  expect([0, 999, 1000, 1.5e6, 2e9].map(formatBytes)).toEqual(["0 B", "999 B", "1.0 KB", "1.50 MB", "2.00 GB"]);
  expect([1500, 2.5e6, 3e9].map(formatTime)).toEqual(["1.5 us", "2.50 ms", "3.00 s"]);
  expect([formatMetric("sqnr", Infinity), formatMetric("sqnr", 30.04), formatMetric("top1", 0.5)]).toEqual([
    "exact",
    "30.0 dB",
    "50.00 %",
  ]);
  expect(
    formatTable([
      ["a", "1"],
      ["long", "20"],
    ]),
  ).toBe("a      1\nlong  20");
});

test("the summary tells constraints as met or not, and what each form takes", () => {
  const [forms] = [
    report.forms.map((form) => ({ ...form, memoryBytes: 8e6, energy: { uj: 2500, source: "measured" } })),
  ];
  const reached = [{ form: "int8", text: "452000 bytes", value: 452e3, met: false, missedBy: 0.0455 }];
  const constraints = [{ constraint: "--max-size 432KB", quantity: "size", met: false, forms: reached }];
  const lines: string[] = [];
  const reporter = plainReporter((text) => void lines.push(text), { refusals: false });
  reporter.handle({ type: "finished", report: { ...report, constraints, forms } as CompileReport });
  const text = lines.join("");
  expect(text).toMatch(/memory +energy +top1/);
  expect(text).toMatch(/int8 .* 8\.00 MB +2\.50 mJ /);
  expect(text).toContain("NOT met: --max-size 432KB (size 452000 bytes, off by 4.55 %)");
});
