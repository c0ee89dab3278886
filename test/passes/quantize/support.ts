import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nextTurn } from "../../../src/events.ts";
import type { Model, Tensor } from "../../../src/ir/index.ts";
import { cloneModel, isStatic, sizeOf, tensorFromElements } from "../../../src/ir/index.ts";
import { randomSource } from "../../../src/data/index.ts";
import { decodeModel, encodeModel } from "../../../src/onnx/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import type { Executor } from "../../../src/pipeline/executor.ts";
import type { PassContext, PassNote } from "../../../src/pipeline/pass.ts";
import type { TargetFacts } from "../../../src/pipeline/target-facts.ts";
import { openSession } from "../../../src/runtime/ort/session.ts";
import type { Calibration, QuantizeOptions } from "../../../passes/quantize/index.ts";
import { calibrate, dialectOf, quantize, selectForTarget } from "../../../passes/quantize/index.ts";
import type { CalibrationSamples, Candidate } from "../../../passes/quantize/index.ts";
import type { RangeMethodName } from "../../../src/quant/index.ts";

/** An x86 CPU with VNNI that ONNX Runtime runs on. */
export const x86: TargetFacts = {
  id: "onnxruntime",
  maxOpset: 23,
  qdqDialect: "x86",
  hasVnni: true,
  channelMultiple: 16,
  functions: "keep",
};

export const nothingExcluded: Omit<QuantizeOptions, "calibration"> = {
  nodesToExclude: "",
  opTypesToExclude: [],
  outputsToExclude: [],
};

/** ONNX Runtime in this process. */
export function ortExecutor(optimization: "disabled" | "all"): Executor {
  return {
    name: "onnxruntime",
    async *run(model, feeds, wanted) {
      const copy = cloneModel(model);
      const present = new Set(copy.graph.outputs.map((value) => value.name));
      for (const node of copy.graph.nodes())
        for (const value of node.outputs)
          if (value !== undefined && wanted?.includes(value.name) === true && !present.has(value.name))
            copy.graph.addOutput(value);
      const session = await openSession(encodeModel(copy), { optimization, threads: 1 });
      try {
        for await (const feed of feeds) {
          const computed = await session.run(
            feed,
            (wanted ?? session.outputNames).filter((name) => !feed.has(name)),
          );
          yield new Map([...computed, ...[...feed].filter(([name]) => wanted?.includes(name) === true)]);
        }
      } finally {
        await session.close();
      }
    },
  };
}

/** Random samples for a model whose inputs are static float32 tensors. */
export function randomSamples(model: Model, size: number, scale = 1): CalibrationSamples {
  return {
    size,
    async *samples(positions = Array.from({ length: size }, (_, i) => i)) {
      for (const position of positions) {
        const random = randomSource(position + 1);
        const feeds = new Map<string, Tensor>();
        for (const input of model.graph.inputs) {
          const shape = input.type?.kind === "tensor" ? input.type.shape : undefined;
          if (!isStatic(shape)) throw new Error(`"${input.name}" is not static`);
          const values = Float32Array.from({ length: sizeOf(shape) }, () => scale * random.normal());
          feeds.set(input.name, tensorFromElements("float32", shape, values));
        }
        yield { id: String(position), feeds };
      }
    },
  };
}

/** Calibrates a model on samples. */
export async function calibrated(
  model: Model,
  samples: CalibrationSamples,
  method: RangeMethodName | "auto" = "minmax",
  target: TargetFacts = x86,
  options: Partial<QuantizeOptions> = {},
  candidates: Candidate[] = [],
): Promise<Calibration> {
  inferTypes(model);
  return calibrate(model, selectForTarget(model, target, { ...nothingExcluded, ...options }), {
    executor: ortExecutor("disabled"),
    judge: ortExecutor("all"),
    samples,
    dataHash: "test data",
    method,
    dialect: dialectOf(target),
    hasVnni: target.hasVnni,
    signal: new AbortController().signal,
    nextTurn,
    report: (candidate) => candidates.push(candidate),
  });
}

/** Runs the pass on a model; returns what it reported. */
export async function runQuantize(
  model: Model,
  calibration: Calibration | undefined,
  target: TargetFacts = x86,
  options: Partial<QuantizeOptions> = {},
): Promise<{ readonly changes: number; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const { changes } = await quantize.run(model, {
    options: { ...nothingExcluded, ...options, calibration },
    target,
    executor: undefined,
    signal: new AbortController().signal,
    disabledRules: new Set(),
    report: ({ kind, node, reason }: PassNote) => notes.push(`${kind} ${node}: ${reason}`),
  } as PassContext<QuantizeOptions>);
  return { changes, notes };
}

/** Operators of the graph that ONNX Runtime makes of a model, in its order. */
export async function fusedOperators(model: Model): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-fused-"));
  try {
    const optimizedModelPath = join(folder, "fused.onnx");
    const session = await openSession(encodeModel(model), { optimization: "extended", threads: 1, optimizedModelPath });
    await session.close();
    if (!existsSync(optimizedModelPath)) throw new Error("ONNX Runtime wrote no optimized model");
    return [...decodeModel(readFileSync(optimizedModelPath)).graph.nodes()].map((node) => node.opType);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
