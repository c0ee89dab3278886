import { test } from "vitest";
import type { Graph, Tensor } from "../../../../src/ir/index.ts";
import { elementsOf, isTensor, parseModel, tensorFromElements } from "../../../../src/ir/index.ts";
import { encodeModel } from "../../../../src/onnx/index.ts";
import { openSession } from "../../../../src/runtime/index.ts";

/** A test of what ONNX Runtime rounds on x86-64: its kernels for other processors differ. */
export const x64Test = test.skipIf(process.arch !== "x64");

/** Feeds of a model by input name. */
export type Feeds = Readonly<Record<string, Uint8Array | Float32Array>>;

/**
 * Output `y` of a graph written in the text form, computed by onnxruntime-node; `body` is what stands in `graph g {}`. With
 * optimization, conversions and the operators between them are fused.
 */
export async function ortEvaluate(
  body: string,
  feeds: Feeds,
  optimization: "disabled" | "all" = "disabled",
): Promise<ArrayLike<number>> {
  const model = parseModel(`opset 17 opset com.microsoft 1 graph g { ${body} out %y }`);
  const session = await openSession(encodeModel(model), { optimization, threads: 1 });
  try {
    const outputs = await session.run(
      new Map(Object.entries(feeds).map(([name, data]) => [name, feed(model.graph, name, data)])),
    );
    const y = outputs.get("y");
    if (y === undefined || !isTensor(y)) throw new Error("the model has no tensor y");
    return elementsOf(y) as ArrayLike<number>;
  } finally {
    await session.close();
  }
}

function feed(graph: Graph, name: string, data: Uint8Array | Float32Array): Tensor {
  const type = graph.inputs.find((input) => input.name === name)?.type;
  if (type?.kind !== "tensor" || type.shape === undefined)
    throw new Error(`the graph has no tensor ${name} of known shape`);
  return tensorFromElements(type.dtype, type.shape.map(Number), data);
}
