import type { Tensor } from "../../../ir/index.ts";
import { broadcastIndices, realsOf } from "../../numeric.ts";

/** Whether a vector of quantization parameters belongs to the rows of the left operand or the columns of the right one. */
export type ParameterAxis = "row" | "column";

/**
 * A quantization parameter (one for all, one for each row or column, or a tensor of the matrix's rank) for each element
 * of a matrix of the given shape.
 */
export function parameterFor(
  parameter: Tensor,
  shape: readonly number[],
  per: ParameterAxis,
): (element: number) => number {
  const values = realsOf(parameter);
  if (values.length === 1) return () => values[0] as number;
  const own = parameter.shape.length === 1 && per === "row" ? [...parameter.shape, 1] : parameter.shape;
  const at = broadcastIndices(own, shape);
  return (element) => values[at?.[element] ?? element] as number;
}

/** The elements of a matrix operand less their zero point. */
export function withoutZeroPoint(x: Tensor, zeroPoint: Tensor | undefined, per: ParameterAxis): Float64Array {
  const values = realsOf(x);
  if (zeroPoint === undefined) return values;
  const zeroOf = parameterFor(zeroPoint, x.shape, per);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - zeroOf(i);
  return values;
}
