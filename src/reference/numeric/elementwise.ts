import type { DType, StaticShape, Tensor } from "../../ir/index.ts";
import { bigintArrayOf, complexPairsOf, domainOf, realsOf } from "./decode.ts";
import { encodeBigints, encodeReals } from "./encode.ts";
import { broadcastIndices, broadcastShapes } from "./shape.ts";

/** A function of one element; `bigint` serves 64-bit integers where doubles are not exact enough. */
export interface UnaryRule {
  readonly real: (x: number) => number;
  readonly bigint?: (x: bigint) => bigint;
}

/** A function of two elements. `integer` replaces `real` for integers of at most 32 bits. */
export interface BinaryRule {
  readonly real: (a: number, b: number) => number;
  readonly integer?: (a: number, b: number) => number;
  readonly bigint?: (a: bigint, b: bigint) => bigint;
}

/** Applies a rule to every element; the result has the input's type unless `to` names another. */
export function mapElements(x: Tensor, rule: UnaryRule, to: DType = x.dtype): Tensor {
  if (domainOf(x.dtype) === "bigint" && rule.bigint !== undefined) {
    const source = bigintArrayOf(x);
    const out = new Array<bigint>(source.length);
    for (let i = 0; i < out.length; i++) out[i] = rule.bigint(source[i] as bigint);
    return encodeBigints(to, x.shape, out);
  }
  const data = realsOf(x);
  for (let i = 0; i < data.length; i++) data[i] = rule.real(data[i] as number);
  return encodeReals(to, x.shape, data);
}

/** Applies a rule to broadcast pairs of elements of one type; the result has that type. */
export function combineElements(a: Tensor, b: Tensor, rule: BinaryRule): Tensor {
  if (a.dtype !== b.dtype) throw new TypeError(`operands of ${a.dtype} and ${b.dtype}`);
  const shape = broadcastShapes(a.shape, b.shape);
  if (domainOf(a.dtype) === "bigint" && rule.bigint !== undefined) {
    return encodeBigints(a.dtype, shape, zip(bigintArrayOf(a), a.shape, bigintArrayOf(b), b.shape, shape, rule.bigint));
  }
  const isFloating = a.dtype.startsWith("float") || a.dtype === "bfloat16";
  const apply = isFloating ? rule.real : (rule.integer ?? rule.real);
  return encodeReals(a.dtype, shape, zipReals(a, b, shape, apply));
}

/** Applies a predicate to broadcast pairs of elements of one type, strings and complex numbers included. */
export function compareElements(
  a: Tensor,
  b: Tensor,
  holds: <T extends number | bigint | string>(a: T, b: T) => boolean,
): Tensor {
  if (a.dtype !== b.dtype) throw new TypeError(`operands of ${a.dtype} and ${b.dtype}`);
  const shape = broadcastShapes(a.shape, b.shape);
  const [left, right] = [scalarsOf(a), scalarsOf(b)];
  const flags = zip<number | bigint | string, number>(left, a.shape, right, b.shape, shape, (x, y) =>
    holds(x, y) ? 1 : 0,
  );
  return encodeReals("bool", shape, flags);
}

/** Elements as values that `===`, `<` and Map keys treat exactly: doubles, bigints or strings (complex: "re,im"). */
export function scalarsOf(x: Tensor): ArrayLike<number | bigint | string> {
  switch (domainOf(x.dtype)) {
    case "bigint":
      return bigintArrayOf(x);
    case "string": {
      const decoder = new TextDecoder();
      return (x.stringBytes ?? []).map((bytes) => decoder.decode(bytes));
    }
    case "complex": {
      const pairs = complexPairsOf(x);
      return Array.from({ length: pairs.length / 2 }, (_, i) => `${pairs[2 * i]},${pairs[2 * i + 1]}`);
    }
    case "real":
      return realsOf(x);
  }
}

/** Broadcast doubles of two real tensors, combined; no type check and no rounding to a type. */
export function zipReals(
  a: Tensor,
  b: Tensor,
  shape: StaticShape,
  apply: (a: number, b: number) => number,
): Float64Array {
  const [left, right] = [realsOf(a), realsOf(b)];
  const [atLeft, atRight] = [broadcastIndices(a.shape, shape), broadcastIndices(b.shape, shape)];
  const size = shape.reduce((product, dim) => product * dim, 1);
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const x = left[atLeft === undefined ? i : (atLeft[i] as number)] as number;
    out[i] = apply(x, right[atRight === undefined ? i : (atRight[i] as number)] as number);
  }
  return out;
}

function zip<T, R>(
  left: ArrayLike<T>,
  leftShape: StaticShape,
  right: ArrayLike<T>,
  rightShape: StaticShape,
  shape: StaticShape,
  apply: (a: T, b: T) => R,
): R[] {
  const [atLeft, atRight] = [broadcastIndices(leftShape, shape), broadcastIndices(rightShape, shape)];
  const size = shape.reduce((product, dim) => product * dim, 1);
  const out = new Array<R>(size);
  for (let i = 0; i < size; i++) out[i] = apply(left[atLeft?.[i] ?? i] as T, right[atRight?.[i] ?? i] as T);
  return out;
}
