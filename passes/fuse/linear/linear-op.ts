import type { DType, Node, Tensor } from "../../../src/ir/index.ts";
import { dtypes, intAttr, intsAttr, numbersOf, sizeOf, stringAttr } from "../../../src/ir/index.ts";
import type { Refusal } from "../../../src/rewrite/index.ts";
import { refuse } from "../../../src/rewrite/index.ts";
import { rankOf } from "../../support/facts.ts";
import type { WeightLayout } from "./layout.ts";
import { layoutOf } from "./layout.ts";

/** A linear operator with constant weights and bias. */
export interface LinearOp {
  readonly node: Node;
  readonly dtype: DType;
  readonly weight: Tensor;
  readonly layout: WeightLayout;
  /** What is added to each output channel now. */
  readonly bias: Float64Array | undefined;
  /** Rank of the output; for a MatMul of unknown operands the least it may be. */
  readonly outputRank: number;
  /** Place of the output's channel axis, counted from the last. */
  readonly outputFromEnd: number;
  readonly inputFromEnd: number;
}

/** A copy of a weight that others use as well must not make the file notably larger. */
const maxCopiedBytes = 4096;

/** Reads a linear operator; a refusal says what is not constant or not supported. */
export function linearOp(node: Node): LinearOp | Refusal {
  const weightValue = node.input(1);
  const weight = weightValue?.isConstant === true ? weightValue.constant : undefined;
  if (weight === undefined || weightValue === undefined)
    return refuse(`the weight of ${node.opType} is not a constant`, node);
  const { kind, bits } = dtypes[weight.dtype];
  if (kind !== "float" || bits < 16) return refuse(`the weight of ${node.opType} is ${weight.dtype}`, node);
  if (weightValue.uses.size > 1 && weight.byteLength > maxCopiedBytes)
    return refuse(`the weight "${weightValue.name}" is shared, and a changed copy would make the file larger`, node);
  const layout = layoutOf(node, weight);
  if (layout === undefined) return refuse(`the weight of ${node.opType} has an unexpected shape`, node);
  const bias = biasOf(node, layout.outputs);
  if (bias === "unfit") return refuse(`the bias of ${node.opType} is not one constant for each channel`, node);
  const isConv = node.opType === "Conv" || node.opType === "ConvTranspose";
  const spatial = weight.shape.length - 2;
  return {
    node,
    dtype: weight.dtype,
    weight,
    layout,
    bias,
    outputRank: node.opType === "MatMul" ? (rankOf(node.output) ?? 1) : weight.shape.length,
    outputFromEnd: isConv ? spatial : 0,
    inputFromEnd: isConv ? spatial : node.opType === "Gemm" && intAttr(node, "transA", 0) !== 0 ? 1 : 0,
  };
}

function biasOf(node: Node, channels: number): Float64Array | undefined | "unfit" {
  const value = node.input(2);
  if (value === undefined) return undefined;
  if (!value.isConstant || value.constant === undefined) return "unfit";
  const { shape } = value.constant;
  const size = sizeOf(shape);
  if (size !== 1 && (size !== channels || shape.at(-1) !== channels)) return "unfit";
  const values = numbersOf(value.constant);
  const beta = node.attributes.get("beta");
  const factor = beta?.kind === "float" ? beta.value : 1;
  return Float64Array.from({ length: channels }, (_, i) => factor * (values[size === 1 ? 0 : i] as number));
}

/** True when the operator reads no padding, so that a shift of its input shifts every window alike. */
export function readsNoPadding(node: Node): boolean {
  const mode = stringAttr(node, "auto_pad", "NOTSET");
  if (mode !== "NOTSET" && mode !== "VALID") return false;
  return mode === "VALID" || intsAttr(node, "pads", []).every((pad) => pad === 0);
}
