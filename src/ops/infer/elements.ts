import type { Dim, Shape } from "../../ir/index.ts";
import { isStatic, sizeOf } from "../../ir/index.ts";

/** The most elements of a value whose content inference follows. Shape computations are far below. */
export const contentLimit = 1024;

/** True for a number that a dimension can be. */
export function isSize(dim: number): boolean {
  return Number.isSafeInteger(dim) && dim >= 0;
}

/** Number of elements when the shape is static and small enough for its content to be followed. */
export function smallSize(shape: Shape | undefined): number | undefined {
  if (!isStatic(shape) || shape.some((dim) => !isSize(dim))) return undefined;
  const size = sizeOf(shape);
  return size <= contentLimit ? size : undefined;
}

/**
 * The content of an output whose element at index vector `at` is `pick(at)`, a flat position in some source; undefined
 * when the output's shape is not static and small.
 */
export function gatherContent(
  outShape: Shape | undefined,
  pick: (at: readonly number[], flat: number) => Dim,
): readonly Dim[] | undefined {
  const size = smallSize(outShape);
  if (size === undefined || !isStatic(outShape)) return undefined;
  const at = new Array<number>(outShape.length).fill(0);
  const out: Dim[] = [];
  for (let flat = 0; flat < size; flat++) {
    out.push(pick(at, flat));
    for (let axis = outShape.length - 1; axis >= 0; axis--) {
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (outShape[axis] as number)) break;
      at[axis] = 0;
    }
  }
  return out;
}

/** The element of `content` (of `shape`) that broadcasts to index vector `at` of a shape of at least its rank. */
export function broadcastElement(content: readonly Dim[], shape: readonly number[], at: readonly number[]): Dim {
  let flat = 0;
  const skip = at.length - shape.length;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] as number;
    flat = flat * size + (size === 1 ? 0 : (at[skip + axis] as number));
  }
  return content[flat];
}
