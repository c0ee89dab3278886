import type { CompileEvent } from "../../src/events.ts";
import { sampleReport } from "../report/sample-report.ts";

const trialsOf = (workload: string, threads: number, times: readonly number[]): readonly CompileEvent[] => [
  { type: "tuning-started", workload, threads, candidates: 24, known: 0, seed: "igemm@3 pixels=0" },
  ...times.flatMap((ns, i): readonly CompileEvent[] => [
    { type: "timing", state: "started" },
    { type: "timing", state: "ended" },
    { type: "noise", share: 0.012 },
    { type: "trial", workload, threads, candidate: `igemm@3 pixels=${i}`, status: "ok", ns },
  ]),
  { type: "trial", workload, threads, candidate: "igemm@3 pixels=99", status: "verify", detail: "y[0] is 1, not 2" },
];

const finished = (workload: string, ns: number, seedNs: number): CompileEvent => ({
  type: "tuning-finished",
  result: {
    ...{ workload, threads: 1, uses: 4, candidate: "igemm@3 pixels=3", ns, seedNs, peakShare: 0.7 },
    ...{ source: "measured", tried: 5, failed: 1, reason: "" },
  },
});

/** What a run tells, up to the middle of its second search: half a second between any two events. */
export const sampleRun: readonly CompileEvent[] = [
  { type: "phase", name: "load" },
  { type: "loaded", file: "models/文字認識-residual-cnn.onnx", bytes: 1_640_000, nodes: 55, opset: 17, irVersion: 8 },
  { type: "target", id: "cpu", device: "Example CPU 9000, 8 threads, avx2 avx512vnni", runtime: "onnxruntime 1.30" },
  { type: "phase", name: "simplify and fuse" },
  {
    ...{ type: "pass", stage: "simplify", pass: "fold-constants", round: 1, changes: 5, byRule: {}, ms: 3 },
    ...{ nodesBefore: 55, nodesAfter: 50 },
  },
  {
    ...{ type: "pass", stage: "simplify", pass: "fold-constants", round: 2, changes: 1, byRule: {}, ms: 3 },
    ...{ nodesBefore: 50, nodesAfter: 49 },
  },
  { type: "check", stage: "simplify", verdict: "equal", detail: "all outputs equal" },
  { type: "refusal", pass: "fuse-affine", rule: "linear-batchnorm", node: "bn_3", reason: "its scale is not constant" },
  { type: "phase", name: "quantize" },
  { type: "progress", phase: "calibration", done: 24, total: 64, etaMs: 4200 },
  {
    type: "diagnostic",
    diagnostic: {
      ...{
        code: "IO0501",
        severity: "warning",
        message: "a range is empty\u001b[2J",
        hint: "",
        where: {},
        exitCode: 1,
      },
    } as never,
  },
  { type: "phase", name: "compile regions of int8" },
  ...trialsOf("conv-u8s8 56x56 64->64 3x3 +residual, with a name that goes on", 1, [9100, 8000, 8200, 5200]),
  finished("conv-u8s8 56x56 64->64 3x3 +residual, with a name that goes on", 5200, 9100),
  ...trialsOf("conv-u8s8 28x28 128->128 3x3", 1, [7300, 7400]),
];

/** How it ends. */
export const sampleEnd: readonly CompileEvent[] = [
  { type: "phase", name: "choose" },
  { type: "progress", phase: "timing at 1 thread", done: 6, total: 6 },
  {
    ...{ type: "measured", form: "int8 at 1 thread", ratio: 2.105, low: 2.1, high: 2.11 },
    latency: { minNs: 97_100, medianNs: 99_700, p90Ns: 101_000, samples: 120 } as never,
  },
  { type: "accuracy", form: "int8", metric: "top1", value: 0.914, samples: 500 },
  { type: "choice", form: "int8", reason: "2.105x at 1 thread" },
  { type: "phase", name: "write" },
  { type: "written", file: "out/residual-cnn.opt.onnx", bytes: 405_700 },
  { type: "finished", report: sampleReport },
];
