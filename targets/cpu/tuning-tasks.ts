import { hashJson } from "../../src/schedule/index.ts";
import type { Template, TuningTask, Workload, WorkloadCase } from "../../src/schedule/index.ts";
import { floatCase } from "./cases/float-case.ts";
import { poolCase } from "./cases/pool-case.ts";
import { productCase } from "./cases/product-case.ts";
import { sumCase } from "./cases/sum-case.ts";
import { sumShape } from "./cases/sum-shape.ts";
import type { FloatWorkload } from "./float-workload.ts";
import type { LoweredRegion } from "./lower/index.ts";
import type { TransformerWorkload } from "./transformer-workload.ts";
import type { CpuWorkload, Strides } from "./workload.ts";

/** Nanoseconds a multiply-accumulate takes at the machine's peak, by the kind of workload. */
export interface PeakRates {
  readonly int8: number;
  readonly float32: number;
}

/**
 * The tasks of a tuner for regions: one a distinct workload that has more than one way to be computed. Searched at the
 * least of the thread counts, and at the greatest too. `offer` tells the templates for a workload.
 */
export function tuningTasks(
  regions: readonly LoweredRegion[],
  threadCounts: readonly number[],
  offer: (workload: Workload) => readonly Template[],
): readonly TuningTask[] {
  const [threads, most] = [Math.min(...threadCounts), Math.max(...threadCounts)];
  const shared = most > threads ? { sharedThreads: most } : {};
  const uses = new Map<
    string,
    { readonly workload: CpuWorkload | FloatWorkload | TransformerWorkload; count: number }
  >();
  for (const { workload } of regions.flatMap(({ steps }) => steps)) {
    const key = hashJson(workload);
    const known = uses.get(key);
    if (known === undefined) uses.set(key, { workload, count: 1 });
    else known.count++;
  }
  return [...uses.values()].flatMap(({ workload, count }) => {
    const task = tuningTask(workload, threads, offer(workload));
    return task === undefined ? [] : [{ ...task, uses: count, ...shared }];
  });
}

/** The task of one workload, used once; undefined where it is not worth a search. */
export function tuningTask(
  workload: CpuWorkload | FloatWorkload | TransformerWorkload,
  threads: number,
  templates: readonly Template[],
): TuningTask | undefined {
  const makeCase = caseOf(workload);
  if (makeCase === undefined || templates.length === 0) return undefined;
  return { label: workloadText(workload), workload, templates, uses: 1, threads, cases: () => [makeCase()] };
}

/** Nanoseconds that the multiplications of a task's workload take at the machine's peak. */
export function boundNs({ workload, threads }: TuningTask, peak: PeakRates): number {
  // Tasks are made of such workloads.
  const known = workload as CpuWorkload | FloatWorkload | TransformerWorkload;
  return (multiplications(known) * rateOf(workload.op, peak)) / threads;
}

/** Pairs of bfloat16 are multiplied as fast as single float32. */
function rateOf(op: string, { int8, float32 }: PeakRates): number {
  if (op.endsWith("bf16")) return float32 / 2;
  return op.endsWith("f32") ? float32 : int8;
}

/** Data for a workload's kernels; undefined for workloads that are not worth a search. */
function caseOf(workload: CpuWorkload | FloatWorkload | TransformerWorkload): (() => WorkloadCase) | undefined {
  switch (workload.op) {
    case "conv-u8s8":
    case "grouped-u8s8":
    case "transposed-u8s8":
    case "depthwise-u8s8":
      return () => sumCase(workload, 1);
    case "conv-f32":
    case "conv-bf16":
    case "grouped-f32":
    case "transposed-f32":
    case "depthwise-f32":
      return () => floatCase(workload, 1);
    case "product-u8u8":
      return () => productCase(workload, 1);
    case "pool-f32":
      return () => poolCase(workload, 1);
    case "pool-u8":
      // Averages are computed in one way.
      return workload.kind === "max" ? () => poolCase(workload, 1) : undefined;
    default:
      return undefined;
  }
}

/** Multiply-accumulates of a workload; 0 for what only moves or compares. */
export function multiplications(workload: CpuWorkload | FloatWorkload | TransformerWorkload): number {
  switch (workload.op) {
    case "conv-u8s8":
    case "conv-bf16":
    case "conv-f32":
    case "grouped-u8s8":
    case "grouped-f32":
    case "transposed-u8s8":
    case "transposed-f32":
    case "depthwise-u8s8":
    case "depthwise-f32": {
      const { outputs, terms } = sumShape(workload);
      return workload.rows * workload.columns * outputs * terms;
    }
    case "attention-f32":
      return 2 * workload.columns * workload.keys * workload.channels;
    case "product-u8u8":
      return workload.matrices * workload.rows * workload.columns * workload.channels;
    default:
      return 0;
  }
}

/** A workload in a few words, such as `conv-u8s8 56x56 64->64 3x3`. */
export function workloadText(workload: CpuWorkload | FloatWorkload | TransformerWorkload): string {
  const { op, rows, columns } = workload;
  const channels = "inputs" in workload ? `${workload.inputs}->${workload.outputs}` : String(workload.channels);
  const window =
    "window" in workload
      ? ` ${workload.window.kernel.join("x")}${workload.window.stride.some((step) => step > 1) ? ` stride ${workload.window.stride.join("x")}` : ""}`
      : "";
  const extras =
    "epilogue" in workload
      ? [
          ...("groups" in workload ? [`${workload.groups} groups`] : []),
          ...("table" in workload.epilogue && workload.epilogue.table ? ["table"] : []),
          ...("activation" in workload.epilogue && workload.epilogue.activation !== "none"
            ? [workload.epilogue.activation]
            : []),
          ...(workload.epilogue.residual === undefined ? [] : [residualText(workload.epilogue.residual)]),
          ...("out" in workload.epilogue && workload.epilogue.out === "bf16" ? ["bf16"] : []),
        ]
      : [];
  return `${op} ${rows}x${columns} ${channels}${window}${extras.map((extra) => ` +${extra}`).join("")}`;
}

function residualText(residual: Strides & { readonly multiplies?: true }): string {
  return residual.multiplies === true ? "factor" : "residual";
}
