import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import type { Window } from "./window.ts";
import { addDims, intAttr, intsAttr, multiplyDims, subtractDims } from "../../ir/index.ts";
import { dtypeOf, reject, shapeOf, typed, types, unify, unknownDims } from "./rules.ts";
import { kernelReach, slidOver, windowOf } from "./window.ts";

/** Shapes of data [N, C, spatial…] and weights [M, C/group, kernel…], with the rank both share. */
interface Operands {
  readonly data: Shape;
  readonly weights: Shape;
  readonly kernel: Shape;
  readonly window: Window;
}

function operandsOf(context: InferContext, dataIndex: number, weightsIndex: number): Operands | undefined {
  const x = shapeOf(context, dataIndex);
  const w = shapeOf(context, weightsIndex);
  const rank = x?.length ?? w?.length;
  if (rank === undefined) return undefined;
  if (rank < 3) reject(context, `data of rank ${rank} has no spatial axes`);
  if (w !== undefined && w.length !== rank) reject(context, `data has rank ${rank} and weights ${w.length}`);
  const weights = w ?? unknownDims(rank);
  const given = intsAttr(context, "kernel_shape");
  const kernel = weights
    .slice(2)
    .map((dim, i) => (given === undefined ? dim : unify(context, dim, given[i], "kernel_shape and the weights")));
  return { data: x ?? unknownDims(rank), weights, kernel, window: windowOf(context, rank - 2) };
}

function checkChannels(context: InferContext, channels: Dim, perGroup: Dim): void {
  const group = intAttr(context, "group", 1);
  if (typeof channels === "number" && typeof perGroup === "number" && channels !== perGroup * group)
    reject(context, `${channels} input channels, but the weights take ${perGroup * group}`);
}

/** The shape of a convolution: [N, M, spatial…]. */
function convShape(context: InferContext, dataIndex: number, weightsIndex: number): Shape | undefined {
  const operands = operandsOf(context, dataIndex, weightsIndex);
  if (operands === undefined) return undefined;
  const { data, weights, kernel, window } = operands;
  checkChannels(context, data[1], weights[1]);
  return [data[0], weights[0], ...slidOver(context, data.slice(2), kernel, window)];
}

function inferConv(context: InferContext): InferResult {
  return types(typed(dtypeOf(context, 0) ?? dtypeOf(context, 1), convShape(context, 0, 1)));
}

function inferConvInteger(context: InferContext): InferResult {
  return types(typed("int32", convShape(context, 0, 1)));
}

/** QLinearConv: weights are input 3; the type is that of the output's zero point (input 7). */
function inferQLinearConv(context: InferContext): InferResult {
  return types(typed(dtypeOf(context, 7) ?? dtypeOf(context, 0), convShape(context, 0, 3)));
}

/** ConvTranspose: weights [C, M/group, kernel…]; size stride·(in-1) + output_padding + reach - pads. */
function inferConvTranspose(context: InferContext): InferResult {
  const operands = operandsOf(context, 0, 1);
  const dtype = dtypeOf(context, 0) ?? dtypeOf(context, 1);
  if (operands === undefined) return types(typed(dtype, undefined));
  const { data, weights, kernel, window } = operands;
  if (typeof data[1] === "number" && typeof weights[0] === "number" && data[1] !== weights[0])
    reject(context, `${data[1]} input channels, but the weights take ${weights[0]}`);
  const channels = multiplyDims(weights[1], intAttr(context, "group", 1));
  return types(typed(dtype, [data[0], channels, ...transposedSizes(context, data.slice(2), kernel, window)]));
}

function transposedSizes(context: InferContext, spatial: Shape, kernel: Shape, window: Window): Shape {
  const wanted = intsAttr(context, "output_shape");
  if (wanted !== undefined && wanted.length >= spatial.length) return wanted.slice(wanted.length - spatial.length);
  const extra = intsAttr(context, "output_padding") ?? [];
  return spatial.map((dim, i): Dim => {
    const stride = window.strides[i] as number;
    if (window.autoPad.startsWith("SAME")) return multiplyDims(dim, stride);
    const isValid = window.autoPad === "VALID";
    const pads = isValid ? 0 : (window.pads[i] as number) + (window.pads[i + spatial.length] as number);
    const reach = kernelReach(kernel[i], window.dilations[i] as number);
    const stretched = multiplyDims(subtractDims(dim, 1), stride);
    return addDims(addDims(stretched, reach), (extra[i] ?? 0) - pads);
  });
}

/** Convolutions. */
export const convInference: readonly OpInference[] = [
  { names: ["Conv", "DeformConv"], infer: inferConv },
  { names: ["ConvInteger"], infer: inferConvInteger },
  { names: ["QLinearConv"], infer: inferQLinearConv },
  { names: ["ConvTranspose"], infer: inferConvTranspose },
];
