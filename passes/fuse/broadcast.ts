import type { StaticShape, Tensor } from "../../src/ir/index.ts";
import { numbersOf, sizeOf, tensorFromNumbers } from "../../src/ir/index.ts";

/** The shape of two constants combined elementwise (ONNX multidirectional broadcasting); undefined when they do not fit. */
function broadcastShape(a: StaticShape, b: StaticShape): StaticShape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const m = a[a.length - rank + i] ?? 1;
    const n = b[b.length - rank + i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return undefined;
    shape.push(m === 1 ? n : m);
  }
  return shape;
}

/**
 * Two floating-point constants combined element by element in double precision and rounded once. Undefined when the
 * types or shapes do not fit, the result is larger than both, or an element of it is not finite.
 */
export function combineConstants(a: Tensor, b: Tensor, combine: (x: number, y: number) => number): Tensor | undefined {
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === undefined || a.dtype !== b.dtype) return undefined;
  const size = sizeOf(shape);
  if (size > Math.max(sizeOf(a.shape), sizeOf(b.shape))) return undefined;
  const left = numbersOf(a);
  const right = numbersOf(b);
  const out = new Float64Array(size);
  const index = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < size; at++) {
    out[at] = combine(left[offsetIn(a.shape, index)] as number, right[offsetIn(b.shape, index)] as number);
    advance(index, shape);
  }
  const result = tensorFromNumbers(a.dtype, shape, out);
  const rounded = numbersOf(result);
  for (let i = 0; i < rounded.length; i++) if (!Number.isFinite(rounded[i])) return undefined;
  return result;
}

function offsetIn(shape: StaticShape, index: readonly number[]): number {
  let offset = 0;
  const skip = index.length - shape.length;
  for (let i = 0; i < shape.length; i++) {
    const dim = shape[i] as number;
    offset = offset * dim + (dim === 1 ? 0 : (index[skip + i] as number));
  }
  return offset;
}

function advance(index: number[], shape: StaticShape): void {
  for (let i = shape.length - 1; i >= 0; i--) {
    index[i] = (index[i] as number) + 1;
    if ((index[i] as number) < (shape[i] as number)) return;
    index[i] = 0;
  }
}
