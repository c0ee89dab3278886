import {
  broadcastIndices,
  broadcastShapes,
  bigintArrayOf,
  domainOf,
  encodeBigints,
  encodeReals,
  zipReals,
} from "../../numeric.ts";
import type { Tensor } from "../../../ir/index.ts";
import type { ReferenceOp } from "../../types.ts";
import { binaryOperands } from "./binary.ts";

/** Pow: base to the exponent, in the base's type; the exponent may have another type. */
export const pow: ReferenceOp = {
  domain: "",
  name: "Pow",
  run: (call) => {
    const [base, exponent] = binaryOperands(call);
    const shape = broadcastShapes(base.shape, exponent.shape);
    if (domainOf(base.dtype) === "bigint" && !/float/.test(exponent.dtype))
      return [integerPower(base, exponent, shape)];
    return [encodeReals(base.dtype, shape, zipReals(base, exponent, shape, power))];
  },
};

/** IEEE 754 pow: unlike Math.pow, 1 to any power is 1, also to NaN, and so is -1 to an infinite one. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}

function integerPower(base: Tensor, exponent: Tensor, shape: readonly number[]): Tensor {
  const [bases, exponents] = [bigintArrayOf(base), bigintArrayOf(exponent)];
  const [atBase, atExponent] = [broadcastIndices(base.shape, shape), broadcastIndices(exponent.shape, shape)];
  const size = shape.reduce((product, dim) => product * dim, 1);
  const out = Array.from({ length: size }, (_, i) =>
    wrappedPower(bases[atBase?.[i] ?? i] as bigint, exponents[atExponent?.[i] ?? i] as bigint),
  );
  return encodeBigints(base.dtype, shape, out);
}

/** Square and multiply modulo 2^64; negative exponents truncate the fraction toward zero. */
function wrappedPower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return base === 1n ? 1n : base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}
