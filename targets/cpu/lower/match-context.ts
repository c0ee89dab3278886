import type { Value } from "../../../src/ir/index.ts";
import type { IntegerTensor, Quantization } from "./integer-graph.ts";

/** How a matcher gets at tensors and reports. */
export interface MatchContext {
  readonly opset: number;
  /** The tensor of a uint8 value, made on first use; undefined when its dimensions are not static. */
  tensor(value: Value, quantization: Quantization | undefined): IntegerTensor | undefined;
}
