import type { Node, Value } from "../../src/ir/index.ts";
import type { Range } from "../../src/quant/index.ts";

/** What becomes of one node of the main graph. */
export type NodeDecision =
  | { readonly state: "int8"; readonly reason: string }
  /** A clamp or bias whose effect lies in the output of `into`. */
  | { readonly state: "folded"; readonly reason: string; readonly into: Node }
  | { readonly state: "float"; readonly reason: string };

/** An INT8 operator with weights. */
export interface WeightedOperator {
  readonly node: Node;
  readonly weights: Value;
  readonly weightInput: number;
  readonly channelAxis: number | undefined;
  readonly activation: Value;
  readonly activationAxis: number;
  /** Axis of the weights that runs along the activation's channels (those of one group). */
  readonly inputAxis: number;
  /** The node that adds the bias: the operator itself or, for MatMul, the Add behind it. */
  readonly biasNode: Node | undefined;
  readonly biasInput: number;
  readonly bias: Value | undefined;
}

/** Which values get Q/DQ, which share a scale, and which nodes become INT8: structure only, no numbers yet. */
export interface Selection {
  readonly decisions: ReadonlyMap<Node, NodeDecision>;
  /** Activations to quantize, in graph order. */
  readonly values: readonly Value[];
  /** Those of `values` that an INT8 operator computes: all their readers take the dequantized value. */
  readonly computed: ReadonlySet<Value>;
  /** Inputs of INT8 nodes that carry integers. */
  readonly integerInputs: readonly { readonly node: Node; readonly index: number }[];
  /** Constants that are read as activations (an operand of Add or Mul). */
  readonly constants: readonly Value[];
  /** For each group of values that share a scale: the values whose ranges decide it. */
  readonly rangeSources: ReadonlyMap<Value, readonly Value[]>;
  /** What the clamps folded into a value let through. */
  readonly limits: ReadonlyMap<Value, Range>;
  readonly weighted: readonly WeightedOperator[];
}
