import type { Node } from "../../../src/ir/index.ts";
import type { Bounds, IntegerTensor, Quantization } from "./integer-graph.ts";

/** A float node between dequantizers and a quantizer. */
export interface CoreMatch {
  readonly core: Node;
  readonly y: IntegerTensor;
  /** Parameters of the result; undefined when the result stays float32. */
  readonly quantization: Quantization | undefined;
  readonly bounds: Bounds;
  /** Clamps and the quantizer after it. */
  readonly behind: readonly Node[];
}
