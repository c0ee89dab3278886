import type { StaticShape } from "../../../ir/index.ts";
import { stridedIndices, stridesOf } from "../../numeric.ts";

/** How a reduction walks its input: element (group g, member m) stands at `starts[g] + members[m]`. */
export interface ReductionGroups {
  readonly starts: Int32Array;
  readonly members: Int32Array;
  /** Shape of the result. */
  readonly shape: readonly number[];
}

/** Splits the positions of a tensor by what a reduction over `axes` keeps and what it folds. */
export function reductionGroups(shape: StaticShape, axes: readonly number[], keepDims: boolean): ReductionGroups {
  const strides = stridesOf(shape);
  const reduced = new Set(axes);
  const kept = shape.map((_, i) => i).filter((axis) => !reduced.has(axis));
  const walk = (over: readonly number[]): Int32Array =>
    stridedIndices(
      over.map((axis) => shape[axis] as number),
      over.map((axis) => strides[axis] as number),
    );
  return {
    starts: walk(kept),
    members: walk(axes),
    shape: keepDims ? shape.map((dim, i) => (reduced.has(i) ? 1 : dim)) : kept.map((axis) => shape[axis] as number),
  };
}
