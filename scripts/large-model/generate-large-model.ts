import type { StaticShape, Tensor } from "../../src/ir/index.ts";
import { Graph, NameScope, attr, modelAround, tensorType } from "../../src/ir/index.ts";
import type { SavedModel } from "../../src/onnx/index.ts";
import { saveModel } from "../../src/onnx/index.ts";

/** Bytes of the pattern that weights repeat. */
const patternBytes = 1 << 20;

/** Small finite float32 numbers, the same in every run. */
function makePattern(): Uint8Array {
  const values = new Float32Array(patternBytes / 4);
  let state = 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[i] = (state / 2 ** 32 - 0.5) / 32;
  }
  return new Uint8Array(values.buffer);
}

/** A float32 tensor that is computed where it is read; `turn` (elements) makes tensors of one pattern differ. */
function patternTensor(shape: StaticShape, pattern: Uint8Array, turn: number): Tensor {
  const byteLength = shape.reduce((product, dim) => product * dim, 4);
  const read = (offset: number, length: number): Uint8Array => {
    const out = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const from = (offset + done + turn * 4) % patternBytes;
      const count = Math.min(length - done, patternBytes - from);
      out.set(pattern.subarray(from, from + count), done);
      done += count;
    }
    return out;
  };
  return { dtype: "float32", shape, byteLength, read, bytes: () => read(0, byteLength) };
}

/**
 * Writes a chain of MatMul, Add and Relu with about `bytes` bytes of weights in external data, at `path`. Between the
 * layers stand nodes that do nothing, for clean-up to find.
 */
export async function generateLargeModel(path: string, bytes: number, width = 4096): Promise<SavedModel> {
  const graph = new Graph("large", new NameScope());
  const pattern = makePattern();
  const layers = Math.max(1, Math.round(bytes / (width * width * 4)));
  let value = graph.addInput("x", tensorType("float32", [1, width]));
  for (let layer = 0; layer < layers; layer++) {
    const weight = graph.addInitializer(`layer${layer}.weight`, patternTensor([width, width], pattern, layer * 61));
    const bias = graph.addInitializer(`layer${layer}.bias`, patternTensor([width], pattern, layer * 67 + 13));
    const product = graph.append({ opType: "MatMul", name: `layer${layer}.matmul`, inputs: [value, weight] });
    const sum = graph.append({ opType: "Add", name: `layer${layer}.add`, inputs: [product.output, bias] });
    const same = graph.append({ opType: "Identity", name: `layer${layer}.identity`, inputs: [sum.output] });
    const outputs = [{ name: layer === layers - 1 ? "y" : `layer${layer}.y`, type: tensorType("float32", [1, width]) }];
    value = graph.append({ opType: "Relu", name: `layer${layer}.relu`, inputs: [same.output], outputs }).output;
  }
  const unused = graph.append({ opType: "Cast", name: "unused", inputs: [value], attributes: { to: attr.int(10) } });
  unused.docString = "nothing reads this";
  graph.addOutput(value);
  return saveModel(modelAround(graph, 17, "infer-opt-large-model"), path, { externalData: "always" });
}
