import type { RuntimeValue, Tensor } from "../../src/ir/index.ts";
import { dtypes, isTensor } from "../../src/ir/index.ts";
import { complexPairsOf, realsOf, scalarsOf } from "../../src/reference/numeric.ts";

/** Allowed error of a floating-point element: |actual - expected| <= atol + rtol |expected|. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** What differs between two values, in words; undefined when they agree. Integers, bools and strings must be equal. */
export function difference(
  actual: RuntimeValue | undefined,
  expected: RuntimeValue,
  tolerance: Tolerance,
): string | undefined {
  if (actual === undefined) return "no value";
  if (isTensor(expected)) {
    return isTensor(actual) ? tensorDifference(actual, expected, tolerance) : `a ${actual.kind} for a tensor`;
  }
  if (isTensor(actual) || actual.kind !== expected.kind)
    return `${isTensor(actual) ? "tensor" : actual.kind} for a ${expected.kind}`;
  if (expected.kind === "optional" && actual.kind === "optional") {
    if (expected.value === undefined) return actual.value === undefined ? undefined : "a value for an empty optional";
    return difference(actual.value, expected.value, tolerance);
  }
  if (expected.kind === "sequence" && actual.kind === "sequence") {
    if (actual.items.length !== expected.items.length)
      return `${actual.items.length} items for ${expected.items.length}`;
    for (const [i, item] of expected.items.entries()) {
      const found = difference(actual.items[i], item, tolerance);
      if (found !== undefined) return `item ${i}: ${found}`;
    }
    return undefined;
  }
  return `cannot compare a ${expected.kind}`;
}

function tensorDifference(actual: Tensor, expected: Tensor, tolerance: Tolerance): string | undefined {
  const [got, want] = [actual, expected].map(({ dtype, shape }) => `${dtype}[${shape.join(",")}]`);
  if (got !== want) return `${got} for ${want}`;
  const { kind } = dtypes[expected.dtype];
  if (kind === "float" || kind === "complex") {
    const numbersOf = kind === "float" ? realsOf : complexPairsOf;
    // ONNX's own runner allows bfloat16 two units in the last place, whatever the case's rtol.
    const rtol = expected.dtype === "bfloat16" ? Math.max(tolerance.rtol, 2 ** -6) : tolerance.rtol;
    return firstFar(numbersOf(actual), numbersOf(expected), { ...tolerance, rtol });
  }
  const [a, b] = [scalarsOf(actual), scalarsOf(expected)];
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return `element ${i} is ${a[i]}, not ${b[i]}`;
  return undefined;
}

function firstFar(actual: Float64Array, expected: Float64Array, { rtol, atol }: Tolerance): string | undefined {
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] as number, expected[i] as number];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (!(Math.abs(a - b) <= atol + rtol * Math.abs(b))) return `element ${i} is ${a}, not ${b}`;
  }
  return undefined;
}
