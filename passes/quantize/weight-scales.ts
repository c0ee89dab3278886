import type { Tensor } from "../../src/ir/index.ts";
import { numbersOf } from "../../src/ir/index.ts";
import { bestScales, channelLayout } from "../../src/quant/index.ts";
import type { WeightedOperator } from "./selection.ts";

/** Scales at hand: tensors are immutable, and every plan of a model asks for the same. */
const known = new WeakMap<Tensor, Map<string, Float64Array>>();

/** Greatest magnitude of INT8 weights: without VNNI, pairs of products of whole bytes would saturate. */
export function largestWeight(hasVnni: boolean): number {
  return hasVnni ? 127 : 63;
}

/** The best scales for the weights of an operator, remembered with them: they take a second for some ten million. */
export function weightScalesOf({ weights, channelAxis }: WeightedOperator, largest: number): Float64Array {
  const tensor = weights.constant;
  if (tensor === undefined) throw new Error(`weights "${weights.name}" are no constant`);
  const ofTensor = known.get(tensor) ?? new Map<string, Float64Array>();
  known.set(tensor, ofTensor);
  const key = `${channelAxis ?? ""} ${largest}`;
  const found = ofTensor.get(key) ?? bestScales(numbersOf(tensor), channelLayout(tensor.shape, channelAxis), largest);
  ofTensor.set(key, found);
  return found;
}
