import type { Attribute, Node, Value } from "../../../src/ir/index.ts";
import { sizeOf } from "../../../src/ir/index.ts";
import type { Builder, Refusal } from "../../../src/rewrite/index.ts";
import { refuse } from "../../../src/rewrite/index.ts";
import { rankOf, shapeOf } from "../../support/facts.ts";
import type { LinearOp } from "./linear-op.ts";
import { linearOp, readsNoPadding } from "./linear-op.ts";
import { responseToShift, roundTo, scaleChannels } from "./weights.ts";

/** y = scale·x + shift for each channel; an absent part changes nothing. */
export interface Affine {
  readonly scale?: Float64Array;
  readonly shift?: Float64Array;
}

function isRefusal(value: LinearOp | Refusal): value is Refusal {
  return "reason" in value;
}

/** Folds an affine map of the output channels into weight and bias: W' = s·W, b' = s·b + t. Builds the new operator. */
export function foldAfter(
  node: Node,
  affineOf: (linear: LinearOp) => Affine | Refusal,
  build: Builder,
): Value | Refusal {
  const linear = linearOp(node);
  if (isRefusal(linear)) return linear;
  const affine = affineOf(linear);
  if ("reason" in affine) return affine;
  const { layout, weight, bias } = linear;
  const { scale, shift } = affine;
  const values = scale === undefined ? undefined : scaleChannels(weight, layout, "output", scale);
  const total =
    bias === undefined && shift === undefined
      ? undefined
      : Float64Array.from(
          { length: layout.outputs },
          (_, i) => (bias?.[i] ?? 0) * (scale?.[i] ?? 1) + (shift?.[i] ?? 0),
        );
  return emit(linear, node.input(0), values, total, build);
}

/** Folds an affine map of the input channels into weight and bias: W' = W·s, b' = b + W·t. `x` is the map's own input. */
export function foldBefore(
  node: Node,
  x: Value,
  affineOf: (linear: LinearOp) => Affine | Refusal,
  build: Builder,
): Value | Refusal {
  const linear = linearOp(node);
  if (isRefusal(linear)) return linear;
  const affine = affineOf(linear);
  if ("reason" in affine) return affine;
  const { layout, weight, bias } = linear;
  const { scale, shift } = affine;
  if (shift !== undefined && node.opType === "ConvTranspose")
    return refuse("a shift before ConvTranspose reaches border and inside differently", node);
  if (shift !== undefined && node.opType === "Conv" && !readsNoPadding(node))
    return refuse("a shift before Conv does not reach the padding", node);
  const values = scale === undefined ? undefined : scaleChannels(weight, layout, "input", scale);
  const response = shift === undefined ? undefined : responseToShift(weight, layout, shift);
  const alpha = alphaOf(node);
  const total =
    bias === undefined && response === undefined
      ? undefined
      : Float64Array.from({ length: layout.outputs }, (_, i) => (bias?.[i] ?? 0) + alpha * (response?.[i] ?? 0));
  return emit(linear, x, values, total, build);
}

function alphaOf(node: Node): number {
  const alpha = node.attributes.get("alpha");
  return alpha?.kind === "float" ? alpha.value : 1;
}

/** The operator with new weights (undefined: as they were) and the whole bias (undefined: none). */
function emit(
  linear: LinearOp,
  x: Value | undefined,
  weights: ArrayLike<number> | undefined,
  bias: ArrayLike<number> | undefined,
  build: Builder,
): Value | Refusal {
  const { node, dtype, layout, weight } = linear;
  const isMatMul = node.opType === "MatMul";
  if (isMatMul && bias !== undefined && (rankOf(x) !== 2 || weight.shape.length !== 2))
    return refuse("MatMul takes no bias, and Gemm only operands of rank 2", node);
  const newWeight = weights === undefined ? weight : roundTo(dtype, weight.shape, weights);
  const newBias = bias === undefined ? undefined : roundTo(dtype, [layout.outputs], bias);
  if (newWeight === undefined || (bias !== undefined && newBias === undefined))
    return refuse(`the folded weights do not fit ${dtype}`, node);
  const oldWeight = node.input(1) as Value;
  const oldBias = node.input(2);
  const inputs = [x, newWeight === weight ? oldWeight : build.constant(oldWeight.name, newWeight)];
  if (newBias !== undefined) inputs.push(build.constant(oldBias?.name ?? `${oldWeight.name}_bias`, newBias));
  const attributes = new Map<string, Attribute>(node.attributes);
  attributes.delete("beta");
  return build.op(isMatMul && newBias !== undefined ? "Gemm" : node.opType, inputs, attributes);
}

/** True when `value` surely has this many channels on the axis, so that a constant beside it does not widen it. */
export function hasChannels(value: Value, channels: number, fromEnd: number): boolean {
  const shape = shapeOf(value);
  return shape !== undefined && shape[shape.length - 1 - fromEnd] === channels;
}

/** Whether every dimension of a constant is 1. */
export function isScalarLike(shape: readonly number[]): boolean {
  return sizeOf(shape) === 1;
}
