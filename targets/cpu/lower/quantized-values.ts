import type { Node, Tensor, Value } from "../../../src/ir/index.ts";
import { intAttr, isStatic, numbersOf } from "../../../src/ir/index.ts";
import type { Quantization } from "./integer-graph.ts";

/** The node that computes a value when it is a DequantizeLinear. */
export function dequantizer(value: Value | undefined): Node | undefined {
  const node = value?.producer;
  return node?.opType === "DequantizeLinear" && node.domain === "" ? node : undefined;
}

/** Whether bytes of both stand for the same numbers. */
export function sameQuantization(a: Quantization | undefined, b: Quantization | undefined): boolean {
  return a?.scale === b?.scale && a?.zero === b?.zero;
}

/** True for values of float32 tensors. */
export function isFloat32(value: Value): boolean {
  return value.type?.kind === "tensor" && value.type.dtype === "float32";
}

/**
 * Scale and zero point, 0 where it is left out, of a per-tensor uint8 Q or DQ node; undefined when they are not constants
 * or not such.
 */
export function uint8Parameters(node: Node): Quantization | undefined {
  const [, scale, zero] = node.inputs;
  if (scale?.isConstant !== true || scale.constant?.dtype !== "float32") return undefined;
  if (zero === undefined ? !holdsUint8(node) : !zero.isConstant || zero.constant?.dtype !== "uint8") return undefined;
  const scales = numbersOf(scale.constant);
  const zeros = zero?.constant === undefined ? [0] : numbersOf(zero.constant);
  if (scales.length !== 1 || zeros.length !== 1) return undefined;
  return { scale: scales[0] as number, zero: zeros[0] as number };
}

/** Whether the quantized side of a Q or DQ node is uint8. */
function holdsUint8(node: Node): boolean {
  const bytes = node.opType === "QuantizeLinear" ? node.output : node.input(0);
  return bytes?.type?.kind === "tensor" && bytes.type.dtype === "uint8";
}

/** A weight: int8 constant behind a DequantizeLinear with zero points 0. */
export interface QuantizedWeight {
  readonly node: Node;
  readonly weights: Value;
  readonly scale: Value;
  /** Axis of the scales; undefined when there is one for all. */
  readonly axis: number | undefined;
}

/** The int8 weight behind a value, or undefined. */
export function quantizedWeight(value: Value | undefined): QuantizedWeight | undefined {
  const node = dequantizer(value);
  const [weights, scale, zero] = node?.inputs ?? [];
  if (node === undefined || weights?.constant?.dtype !== "int8" || !weights.isConstant) return undefined;
  if (scale?.constant?.dtype !== "float32" || !scale.isConstant) return undefined;
  if (zero !== undefined && (zero.constant === undefined || isNotZero(zero.constant))) return undefined;
  const rank = weights.constant.shape.length;
  const single = numbersOf(scale.constant).length === 1;
  const axis = intAttr(node, "axis", 1);
  return { node, weights, scale, axis: single ? undefined : axis < 0 ? axis + rank : axis };
}

/** Relative difference of scales that float32 products may show. */
const SAME_SCALE = 1e-6;

/**
 * An int32 bias behind a DequantizeLinear whose scale is that of the sums, `inputScale` × weight scale; undefined when
 * it is not.
 */
export function quantizedBias(
  value: Value | undefined,
  inputScale: number,
  weightScale: Value,
): { readonly node: Node; readonly bias: Value } | undefined {
  const node = dequantizer(value);
  const [bias, scale, zero] = node?.inputs ?? [];
  if (scale?.constant === undefined || weightScale.constant === undefined) return undefined;
  const [own, weight] = [numbersOf(scale.constant), numbersOf(weightScale.constant)];
  for (let c = 0; c < Math.max(own.length, weight.length); c++) {
    const product = inputScale * (weight[weight.length === 1 ? 0 : c] as number);
    const given = own[own.length === 1 ? 0 : c] as number;
    if (!(Math.abs(given - product) <= SAME_SCALE * product)) return undefined;
  }
  if (node === undefined || bias?.constant?.dtype !== "int32" || !bias.isConstant) return undefined;
  if (zero !== undefined && (zero.constant === undefined || isNotZero(zero.constant))) return undefined;
  return { node, bias };
}

/**
 * Dimensions of one sample: the declared ones with the leading dimension 1. Undefined when another dimension is not
 * static, or there is none.
 */
export function sampleShape(value: Value): readonly number[] | undefined {
  if (value.type?.kind !== "tensor") return undefined;
  const { shape } = value.type;
  if (shape === undefined || shape.length < 2) return undefined;
  const rest = shape.slice(1);
  return isStatic(rest) ? [1, ...rest] : undefined;
}

function isNotZero(tensor: Tensor): boolean {
  return Array.from(numbersOf(tensor)).some((number) => number !== 0);
}
