import type { QuantizationParameters } from "../../src/quant/index.ts";

/** Weights of one operator: symmetric int8, one scale per channel of `axis`, or one in all. */
export interface WeightPlan {
  readonly value: string;
  readonly input: number;
  readonly axis: number | undefined;
  readonly scales: readonly number[];
  /** Greatest integer used, 127 or 63. */
  readonly largest: number;
}

/** Bias of one operator. */
export interface BiasPlan {
  /** The bias constant; undefined where the operator had none and gets one to correct its mean. */
  readonly value: string | undefined;
  /** Name of the first output of the node that adds it. */
  readonly node: string;
  readonly input: number;
  /** Added to the bias per channel before rounding: what rounding the weights shifts the mean output by, negated. */
  readonly correction: readonly number[];
  /** Scale of the activation; the bias has scale activationScale · weight scale. Undefined leaves the bias in float. */
  readonly activationScale: number | undefined;
}

/** What becomes of one node, by the name of its first output. */
export interface NodePlan {
  readonly node: string;
  readonly opType: string;
  readonly state: "int8" | "folded" | "float";
  readonly reason: string;
  readonly weights?: WeightPlan;
  readonly bias?: BiasPlan;
}

/** Q/DQ of one activation. */
export interface ActivationPlan {
  readonly parameters: QuantizationParameters;
  /**
   * `all`: every reader reads the dequantized value, because an INT8 kernel computes it; `int8`: only INT8 readers do,
   * the others keep the float.
   */
  readonly readers: "all" | "int8";
}

/** A whole quantization as plain data: print it, change it, apply it. */
export interface QuantizationPlan {
  readonly dialect: "x86" | "tensorrt";
  /** By value name. */
  readonly activations: Readonly<Record<string, ActivationPlan>>;
  /** Constants read as activations, by value name. */
  readonly constants: Readonly<Record<string, QuantizationParameters>>;
  /** Inputs that read integers, as `node output:input index`. */
  readonly integerInputs: readonly string[];
  /** Every node of the main graph, in its order. */
  readonly nodes: readonly NodePlan[];
}

/** The key of one input of one node in `integerInputs`. */
export function inputKey(nodeOutput: string, index: number): string {
  return `${nodeOutput}:${index}`;
}
