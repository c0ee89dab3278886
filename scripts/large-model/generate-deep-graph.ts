import type { Value } from "../../src/ir/index.ts";
import { Graph, NameScope, float32Scalar, modelAround, tensorFromNumbers, tensorType } from "../../src/ir/index.ts";
import type { SavedModel } from "../../src/onnx/index.ts";
import { saveModel } from "../../src/onnx/index.ts";

const width = 8;

/** Nodes of one block below. */
const BLOCK = 8;

/**
 * Writes a residual network of at least `nodes` small nodes at `path`. Every block holds work for clean-up and for
 * fusion: a no-op, a bias, multiplications by a constant, and two equal branches.
 */
export async function generateDeepGraph(path: string, nodes: number): Promise<SavedModel> {
  const graph = new Graph("deep", new NameScope());
  const type = tensorType("float32", [1, width]);
  let value = graph.addInput("x", type);
  for (let block = 0; block * BLOCK < nodes; block++) {
    const weights = Array.from({ length: width * width }, (_, i) => Math.sin(i * 7 + block) / width);
    const weight = graph.addInitializer(`block${block}.weight`, tensorFromNumbers("float32", [width, width], weights));
    const bias = graph.addInitializer(
      `block${block}.bias`,
      tensorFromNumbers("float32", [width], weights.slice(0, width)),
    );
    const half = graph.addInitializer(`block${block}.half`, float32Scalar(0.5));
    const add = (opType: string, ...inputs: readonly Value[]): Value =>
      graph.append({ opType, name: `block${block}.${opType}.${graph.nodeCount}`, inputs }).output;
    const straight = add("Relu", add("Add", add("MatMul", add("Identity", value), weight), bias));
    const scaled = add("Mul", straight, half);
    const twin = add("Mul", straight, half);
    const outputs = [{ name: `block${block}.sum`, type }];
    value = graph.append({
      opType: "Add",
      name: `block${block}.join`,
      inputs: [add("Sub", scaled, twin), value],
      outputs,
    }).output;
  }
  graph.addOutput(value);
  return saveModel(modelAround(graph, 17, "infer-opt-large-model"), path);
}
