import type { Tensor } from "../../../src/ir/index.ts";
import { numbersOf, sizeOf } from "../../../src/ir/index.ts";

/**
 * The elements of a constant that is broadcast along one axis only: one number for each of `channels`, the axis being
 * `fromEnd` places before the last one. Undefined when it varies along another axis, would widen the axis, or has more
 * than `maxRank` axes and so would add one.
 */
export function channelValues(
  tensor: Tensor,
  channels: number,
  fromEnd: number,
  maxRank: number,
): Float64Array | undefined {
  const { shape } = tensor;
  if (shape.length > maxRank) return undefined;
  const size = sizeOf(shape);
  const axis = shape.length - 1 - fromEnd;
  if (size !== 1 && (shape[axis] !== channels || size !== channels)) return undefined;
  const values = numbersOf(tensor);
  return Float64Array.from({ length: channels }, (_, i) => values[size === 1 ? 0 : i] as number);
}
