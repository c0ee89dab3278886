import { readFileSync } from "node:fs";
import type { Model } from "../../../../src/ir/index.ts";
import { cloneModel, isTensor, numbersOf, tensorFromElements } from "../../../../src/ir/index.ts";
import { decodeModel, encodeModel } from "../../../../src/onnx/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { openSession } from "../../../../src/runtime/index.ts";
import { presets } from "../../../../passes/presets.ts";
import { runPreset } from "../../../passes/simplify/support.ts";
import { calibrated, randomSamples, runQuantize } from "../../../passes/quantize/support.ts";

/** A model of examples/models with its batch pinned to 1, simplified and fused. */
export async function exampleModel(name: string): Promise<Model> {
  const file = new URL(`../../../../examples/models/${name}.onnx`, import.meta.url);
  const model = decodeModel(readFileSync(file));
  for (const input of model.graph.inputs)
    if (input.type?.kind === "tensor" && input.type.shape !== undefined)
      input.type = { ...input.type, shape: [1, ...input.type.shape.slice(1)] };
  inferTypes(model, { onConflict: "replace" });
  await runPreset(model, presets.O2);
  inferTypes(model, { onConflict: "replace" });
  return model;
}

/** The QDQ form of a model, calibrated on random samples. */
export async function quantized(model: Model): Promise<Model> {
  const copy = cloneModel(model);
  await runQuantize(copy, await calibrated(cloneModel(copy), randomSamples(copy, 3)));
  inferTypes(copy, { onConflict: "replace" });
  return copy;
}

/** What ONNX Runtime computes of a model's first input at values anywhere in its graph, by name. */
export async function ortValues(
  model: Model,
  x: Float32Array,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, ArrayLike<number>>> {
  const probe = cloneModel(model);
  for (const node of probe.graph.nodes())
    for (const value of node.outputs)
      if (value !== undefined && wanted.includes(value.name) && !value.isOutput) probe.graph.addOutput(value);
  const session = await openSession(encodeModel(probe), { optimization: "all", threads: 1 });
  try {
    const [input] = probe.graph.inputs;
    const shape = input?.type?.kind === "tensor" ? (input.type.shape as readonly number[]) : [];
    const feeds = new Map([[input?.name ?? "", tensorFromElements("float32", shape, x)]]);
    const results = await session.run(feeds, wanted);
    return new Map(
      [...results].map(([name, value]) => {
        if (!isTensor(value)) throw new Error(`"${name}" is no tensor`);
        return [name, numbersOf(value)];
      }),
    );
  } finally {
    await session.close();
  }
}
