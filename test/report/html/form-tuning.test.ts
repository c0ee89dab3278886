import { expect, test } from "vitest";
import type { SessionAdvice } from "../../../src/events.ts";
import { renderReport } from "../../../src/report/index.ts";
import { sampleReport, tunedReport as report } from "../sample-report.ts";

const page = renderReport(report);
const tuning = report.formTuning ?? {};
const { precision, session } = tuning;
if (precision === undefined || session === undefined) throw new Error("the tuned report tells of both");

/** The page's text, white space as one blank. */
const text = (markup: string): string => markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

test("the precision of layers is told: verdict, mixtures, groups with both times, and why", () => {
  const told = text(page);
  for (const words of [
    ...["INT8 and float are mixed: 1 of 3 groups of layers stays float.", "5 mixtures tried, 1 failed."],
    ...["all float 2.40 ms, 0.50x of all INT8", "all INT8 1.20 ms", "as chosen 1.00 ms, 1.20x of all INT8"],
    ...["7.0 us · 21.0 us", "why Conv 3x3 at 16x16", "+5.9 %", "−0.3 %", "Gemm &lt;2&gt;"],
    "from 2.40 ms to 1.00 ms in 4 mixtures",
  ])
    expect(told).toContain(words);
  expect(page.match(/class="dot"/g)).toHaveLength(4);
  expect(page).toContain("1 of 3 groups in float: 1.00 ms");
  // Groups without a profile have no bar.
  expect(page.match(/title="Gemm"/g)).toBeNull();
});

test.each([
  ["int8", "All layers that can be are INT8."],
  ["float", "No layer gains by INT8."],
] as const)("where all groups are %s there is no mixture among the bars", (decided, words) => {
  const groups = precision.groups.map((group) => ({ ...group, precision: decided }));
  const told = text(renderReport({ ...report, formTuning: { precision: { ...precision, groups } } }));
  expect(told).toContain(words);
  expect(told).not.toContain("as chosen");
});

test("session options stand beside the defaults, with a line to set them in each language", () => {
  const told = text(page).replaceAll("&quot;", '"');
  for (const words of [
    ...["Other options than the defaults serve best here.", "20 combinations tried", "800.0 us, 1.25x the speed"],
    ...["graph optimizations all extended", "parallel, 2 operators at once"],
    "o.intra_op_num_threads = 2; o.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED;",
    'o.add_session_config_entry("session.intra_op.allow_spinning", "0"); session = ort.InferenceSession("net.opt.onnx", o)',
    "o.SetIntraOpNumThreads(2).SetGraphOptimizationLevel(ORT_ENABLE_EXTENDED).SetExecutionMode(ORT_PARALLEL)",
    'ort.InferenceSession.create("net.opt.onnx", { intraOpNumThreads: 2, graphOptimizationLevel: "extended"',
    'extra: { session: { intra_op: { allow_spinning: "0" } } }',
  ])
    expect(told).toContain(words);
});

test("where the defaults are best the advice is short", () => {
  const options: SessionAdvice = {
    ...{ intraOpNumThreads: 2, interOpNumThreads: 1, graphOptimizationLevel: "all", executionMode: "sequential" },
    ...{ enableCpuMemArena: true, enableMemPattern: true, allowSpinning: true },
  };
  const told = text(renderReport({ ...report, formTuning: { session: { ...session, options, ns: 1e6 } } }));
  expect(told).toContain("The defaults serve best here.");
  expect(told).not.toContain("these options");
  expect(told).toContain("{ intraOpNumThreads: 2 });");
});

test("a report without tuning of forms, or of an older version, has no such sections and no holes", () => {
  expect(renderReport(sampleReport)).not.toMatch(/Precision of layers|Session options/);
  const { mixtures: _, int8Ns: __, floatNs: ___, chosenNs: ____, ...old } = precision;
  const told = renderReport({ ...report, formTuning: { precision: old } });
  expect(told).not.toMatch(/class="dots"|undefined|NaN/);
});

test("it is told from when replayed figures are, and what fails against the last release", () => {
  const told = text(page);
  for (const words of [
    "Replayed from the proof of an earlier run, 2026-11-20 08:09 UTC, on a CPU",
    "All replayed from the records of 2026-11-20 07:00 UTC.",
    "Not met: speed: 0.90x, at least 1x is asked",
    "1 check failed. The last release is last&lt;1&gt;.onnx .",
  ])
    expect(told).toContain(words);
});

test("other spellings of the model are told with the reason, and a search that ended early says so", () => {
  const rewrites = [
    { name: "gelu", summary: "Gelu <in> place", places: 4, taken: true, otherwise: 1.05, reason: "faster" },
    { name: "attention", summary: "Attention", places: 1, taken: false, reason: "not tried" },
  ];
  const groups = precision.groups.map((group) => ({ ...group, precision: "int8" as const }));
  const part = { ...precision, groups, rewrites, endedBy: "budget" as const };
  const told = text(renderReport({ ...report, formTuning: { precision: part } }));
  for (const words of [
    ...["gelu Gelu &lt;in&gt; place faster yes 4 +5.0 %", "attention Attention not tried no 1 –"],
    ...["as chosen 1.00 ms", "The budget ended the search before it was done"],
  ])
    expect(told).toContain(words);
});
