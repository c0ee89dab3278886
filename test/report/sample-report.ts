import type { CompileReport } from "../../src/events.ts";

const timing = (threads: number, minNs: number, ratio: number): CompileReport["forms"][number]["timings"][number] => ({
  threads,
  latency: { minNs, medianNs: minNs * 1.1, p90Ns: minNs * 1.3, samples: 40 },
  speed: { ratio, low: ratio * 0.99, high: ratio * 1.01, paired: ratio },
});

/** A report with something in every part. */
export const sampleReport: CompileReport = {
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
    ...{ chosen: "mse", biasCorrection: true, samples: 8, int8Nodes: 5 },
    floatNodes: [{ node: "head", reason: "its output is the graph's" }],
    candidates: [{ method: "mse", biasCorrection: true, sqnrDb: 33.25 }],
    activations: [{ value: "relu<1>", min: 0, max: 8, low: 0, high: 6, clipped: 0.0125, counts: [900, 60, 0, 15] }],
  },
  layerAccuracy: {
    ...{ form: "int8", samples: 3, reason: "top1 falls by 2.00 points; with 1 of 2 layers in float it is kept" },
    layers: [
      { node: "conv", op: "Conv", ownDb: 31.25, sqnrDb: 30 },
      { node: "head", op: "Gemm", ownDb: 40, sqnrDb: 28.5 },
    ],
    keptFloat: [{ node: "conv", reason: "31.3 dB of its own" }],
  },
  pruning: undefined,
  tuning: [
    {
      ...{ workload: "conv-u8s8 7x7", threads: 1, tried: 5, failed: 1 },
      best: [
        { after: 1, ns: 4000 },
        { after: 3, ns: 2000 },
      ],
    },
  ],
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
  objective: "latency",
  constraints: [],
  noise: 0.01,
  refusals: [{ pass: "fuse-affine", rule: "scale", node: "n1", reason: "two readers" }],
  problems: [{ code: "IO0712", severity: "warning", exitCode: 1, message: "a <b> message", hint: "a hint", where: {} }],
  notes: ["a note"],
  phases: [{ name: "load", ms: 12 }],
};

const reached = (form: string, text: string, met: boolean): CompileReport["constraints"][number]["forms"][number] => ({
  ...{ form, text, met, value: 1 },
  ...(met ? {} : { missedBy: 0.1 }),
});

/** A report with constraints, one of them missed, and all that a form can take. */
export const demandingReport: CompileReport = {
  ...sampleReport,
  objective: "size",
  machine: { governors: ["powersave"], turbo: true, celsius: 51.5 },
  constraints: [
    {
      ...{ constraint: "--max-size 1MB", quantity: "size", met: true },
      forms: [reached("original", "4000000 bytes", false), reached("int8", "1000000 bytes", true)],
    },
    {
      ...{ constraint: "--max-latency 1ms", quantity: "median latency", met: false },
      forms: [reached("original", "2.200 ms", false), reached("int8", "1.100 ms", false)],
    },
  ],
  forms: sampleReport.forms.map((form) => ({
    ...form,
    ...{ memoryBytes: 3e6, rssBytes: 1e8, energy: { uj: 119.5, source: "estimate" } },
    timings: form.timings.map((each) => ({ ...each, costPerMillion: 0.052 })),
  })),
};

const group = (
  name: string,
  precision: "int8" | "float",
  [floatNs, int8Ns]: readonly [number, number],
  otherwise?: number,
): NonNullable<NonNullable<CompileReport["formTuning"]>["precision"]>["groups"][number] => ({
  ...{ name, precision, floatNs, int8Ns, layers: [`${name} 1`, `${name} <2>`], reason: `why ${name}` },
  ...(otherwise === undefined ? {} : { otherwise }),
});

/** What was tuned for ONNX Runtime, held against the last release, and replayed from records. */
export const tunedReport: CompileReport = {
  ...sampleReport,
  choice: { form: "int8", reason: "2.00x at 1 thread", measured: "replayed", measuredAt: "2026-11-20T08:09:10.000Z" },
  baseline: { file: "last<1>.onnx", checks: [{ name: "speed", ok: false, detail: "0.90x, at least 1x is asked" }] },
  tuning: [
    {
      ...{ workload: "precision of layers", threads: 1, tried: 6, failed: 1, recordedAt: "2026-11-20T07:00:00.000Z" },
      best: [
        { after: 1, ns: 4000 },
        { after: 3, ns: 2000 },
      ],
    },
  ],
  formTuning: {
    precision: {
      groups: [
        group("Conv 3x3 at 32x32 3->16", "float", [7000, 21_000], 1.059),
        group("Conv 3x3 at 16x16", "int8", [34_000, 16_000]),
        group("Gemm", "int8", [0, 0], 0.997),
      ],
      ...{ tried: 5, failed: 1, int8Ns: 1.2e6, floatNs: 2.4e6, chosenNs: 1e6, reason: "best of 5 candidates" },
      mixtures: [
        { floatGroups: 0, ns: 1.2e6 },
        { floatGroups: 3, ns: 2.4e6 },
        { floatGroups: 2 },
        { floatGroups: 1, ns: 1e6 },
        { floatGroups: 2, ns: 1.1e6 },
      ],
    },
    session: {
      form: "int8",
      options: {
        ...{ intraOpNumThreads: 2, interOpNumThreads: 2, graphOptimizationLevel: "extended" },
        ...{ executionMode: "parallel", enableCpuMemArena: false, enableMemPattern: false, allowSpinning: false },
      },
      ...{ defaultNs: 1e6, ns: 0.8e6, tried: 20, reason: "ahead of the seed" },
    },
  },
};
