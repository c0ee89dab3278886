import type { Node } from "../../src/ir/index.ts";
import type { QuantizationParameters, Range } from "../../src/quant/index.ts";

/** How an operator takes part in INT8. */
export type OperatorRole =
  /** Multiplies by constant weights: worth INT8 on its own. */
  | "anchor"
  /** INT8 where one of its inputs is INT8 already; its output has a scale of its own. */
  | "follower"
  /** Moves or selects elements: INT8 where its inputs are, in the scale of its input. */
  | "mover"
  /** Cuts the range: disappears in the output range of the operator before it, else goes on as a follower. */
  | "clamp";

/** Where an anchor keeps its weights and bias. */
export interface WeightPlace {
  readonly input: number;
  /** Axis of the weights that counts the output channels; undefined asks for one scale in all. */
  channelAxis(node: Node, rank: number): number | undefined;
  readonly bias: number | undefined;
  /** True when a bias added by an Add right behind (MatMul) belongs to it. */
  readonly biasBehind: boolean;
  /** Axis of the activation that counts its channels, negative from the end; the weights' `inputAxis` runs along it. */
  readonly activationAxis: number;
  inputAxis(node: Node, rank: number): number;
}

/** What the runtime can do with one operator: one line of a dialect's table. */
export interface OperatorPolicy {
  readonly role: OperatorRole;
  /** Inputs that carry activations; `all` for variadic operators. */
  readonly activations: readonly number[] | "all";
  readonly weights?: WeightPlace;
  /** The kernel can give float directly, so that no Q is needed where nobody reads integers. */
  readonly floatOutput?: boolean;
  /** A mover whose kernel also takes inputs of other scales (Concat): inputs with further readers keep their own. */
  readonly rescales?: boolean;
  /** What a clamp lets through; undefined where its limits are computed. */
  limits?(node: Node): Range | undefined;
  /** Why this node cannot be INT8, although its operator can. */
  refuse?(node: Node): string | undefined;
}

/** How one family of engines wants Q/DQ placed and spelled. */
export interface QuantizationDialect {
  readonly name: "x86" | "tensorrt";
  readonly operators: Readonly<Record<string, OperatorPolicy>>;
  /** Operators left in float although the engine has an INT8 kernel, with the reason. */
  readonly keptFloat: Readonly<Record<string, string>>;
  /** Reason given for all other operators without a line in the table. */
  readonly otherwise: string;
  /** `quantized`: Q/DQ behind every INT8 operator too; `float`: on inputs only. */
  readonly outputs: "quantized" | "float";
  readonly bias: "int32" | "float";
  /** Parameters of an activation; they express nothing beyond `limits`, those of the clamps folded into it. */
  activation(range: Range, limits?: Range): QuantizationParameters;
}
