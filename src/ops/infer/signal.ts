import type { Dim } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { addDims, floorDivideDims, intAttr, subtractDims } from "../../ir/index.ts";
import { axisOf, dtypeAttr, dtypeOf, reject, scalarOf, shapeOf, typed, types, unknownDims } from "./rules.ts";

/** Bins of a one-sided spectrum. */
function oneSided(length: Dim): Dim {
  return addDims(floorDivideDims(length, 2), 1);
}

/**
 * DFT: the axis (attribute, default 1, before opset 20; input 2, default -2, since) gets the transform's length, or its
 * one-sided half; the last axis holds real and imaginary part, or the real one alone where the inverse is one-sided.
 */
function inferDft(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  if (shape === undefined) return types(typed(dtype, undefined));
  if (shape.length < 2) reject(context, `rank ${shape.length}, but at least 2 are needed`);
  const axis = context.opset < 20 ? intAttr(context, "axis", 1) : context.has(2) ? scalarOf(context, 2) : -2;
  const out = [...shape];
  const isInverse = intAttr(context, "inverse", 0) === 1;
  const isOneSided = intAttr(context, "onesided", 0) === 1;
  out[out.length - 1] = isInverse && isOneSided ? 1 : 2;
  if (typeof axis !== "number") return types(typed(dtype, [...unknownDims(shape.length - 1), out.at(-1)]));
  const at = axisOf(context, axis, shape.length);
  const length = context.has(1) ? scalarOf(context, 1) : fullLength(shape[at], isInverse && isOneSided);
  out[at] = isOneSided && !isInverse ? oneSided(length) : length;
  return types(typed(dtype, out));
}

/** The signal's length when dft_length is absent; a one-sided spectrum of k bins comes from 2·(k-1) samples. */
function fullLength(dim: Dim, fromHalf: boolean): Dim {
  return fromHalf ? addDims(subtractDims(dim, 1), subtractDims(dim, 1)) : dim;
}

/** STFT: [batch, frames, bins, 2] with frames = 1 + floor((samples - frame length) / step). */
function inferStft(context: InferContext): InferResult {
  const signal = shapeOf(context, 0);
  const length: Dim = (context.has(3) ? scalarOf(context, 3) : undefined) ?? shapeOf(context, 2)?.[0];
  const step = scalarOf(context, 1);
  const frames = addDims(floorDivideDims(subtractDims(signal?.[1], length), step), 1);
  const bins = intAttr(context, "onesided", 1) === 1 ? oneSided(length) : length;
  return types(typed(dtypeOf(context, 0), [signal?.[0], frames, bins, 2]));
}

/** Window functions: one axis of `size` elements. */
function inferWindow(context: InferContext): InferResult {
  return types(typed(dtypeAttr(context, "output_datatype") ?? "float32", [scalarOf(context, 0)]));
}

/** MelWeightMatrix: [floor(dft_length / 2) + 1, num_mel_bins]. */
function inferMelWeightMatrix(context: InferContext): InferResult {
  const dtype = dtypeAttr(context, "output_datatype") ?? "float32";
  return types(typed(dtype, [oneSided(scalarOf(context, 1)), scalarOf(context, 0)]));
}

/** Signal processing. */
export const signalInference: readonly OpInference[] = [
  { names: ["DFT"], infer: inferDft },
  { names: ["STFT"], infer: inferStft },
  { names: ["BlackmanWindow", "HammingWindow", "HannWindow"], infer: inferWindow },
  { names: ["MelWeightMatrix"], infer: inferMelWeightMatrix },
];
