import type { Node, Value } from "../../../src/ir/index.ts";
import type { IntegerTensor, Quantization } from "./integer-graph.ts";

/** How a matcher gets at tensors and reports. */
export interface MatchContext {
  /** Tells why a node has no kernel; counts where no other matcher takes it. */
  refuse(node: Node, reason: string): void;
  readonly opset: number;
  /** The tensor of a uint8 value, made on first use; undefined when its dimensions are not static. */
  tensor(
    value: Value,
    quantization: Quantization | undefined,
    stored?: IntegerTensor["stored"],
  ): IntegerTensor | undefined;
}
