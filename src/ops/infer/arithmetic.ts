import type { DType, Dim, SymbolicDim } from "../../ir/index.ts";
import {
  addDims,
  dtypes,
  exactQuotient,
  extremeDim,
  floorDivideDims,
  integerLimits,
  isInteger,
  multiplyDims,
  roundHalfEven,
  sameDim,
  subtractDims,
} from "../../ir/index.ts";

/** Arithmetic on content elements: numbers of the element type, or symbolic sizes, which are integers of at least 0. */
type Arithmetic = (a: number | SymbolicDim, b: number | SymbolicDim, dtype: DType) => Dim;

/** Rounds to what the element type holds; undefined where the exact value cannot be told in double precision. */
export function representable(value: Dim, dtype: DType): Dim {
  if (typeof value !== "number") return value;
  const { kind } = dtypes[dtype];
  if (kind === "bool") return value === 0 ? 0 : 1;
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "float64") return value;
  if (!isInteger(dtype)) return undefined;
  if (!Number.isSafeInteger(value) || Math.abs(value) === Number.MAX_SAFE_INTEGER) return undefined;
  const { min, max } = integerLimits(dtype);
  return value >= min && value <= max ? value : undefined;
}

function hasFraction(dim: number | SymbolicDim): boolean {
  return typeof dim === "number" && !Number.isInteger(dim);
}

/** ONNX division of integers truncates; it is a floor only where the dividend cannot be negative. */
function quotient(a: number | SymbolicDim, b: number | SymbolicDim, dtype: DType): Dim {
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return isInteger(dtype) ? Math.trunc(a / b) : a / b;
  if (hasFraction(a) || hasFraction(b)) return undefined;
  const exactly = exactQuotient(a, b);
  if (exactly !== undefined || !isInteger(dtype)) return exactly;
  return typeof b === "number" && b > 0 && isNonNegative(a) ? floorDivideDims(a, b) : undefined;
}

function remainder(a: number | SymbolicDim, b: number | SymbolicDim, dtype: DType): Dim {
  if (b === 0 || !isInteger(dtype)) return undefined;
  if (typeof a === "number" && typeof b === "number") return a - b * Math.floor(a / b);
  if (typeof b !== "number" || b < 0) return undefined;
  return subtractDims(a, multiplyDims(b, floorDivideDims(a, b)));
}

function compare(a: number | SymbolicDim, b: number | SymbolicDim): number | undefined {
  const difference = hasFraction(a) || hasFraction(b) ? undefined : subtractDims(a, b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return typeof difference === "number" ? difference : undefined;
}

function decide(test: (difference: number) => boolean): Arithmetic {
  return (a, b) => {
    const difference = compare(a, b);
    return difference === undefined ? undefined : Number(test(difference));
  };
}

const power: Arithmetic = (a, b) => {
  if (typeof b !== "number") return undefined;
  if (typeof a === "number") return a ** b;
  return b === 0 ? 1 : b === 1 ? a : b === 2 ? multiplyDims(a, a) : undefined;
};

/** What cannot be negative differs from every negative number, whatever its symbols are. */
const equal: Arithmetic = (a, b) => {
  if (sameDim(a, b)) return 1;
  if ((typeof a === "number" && a < 0 && isNonNegative(b)) || (typeof b === "number" && b < 0 && isNonNegative(a)))
    return 0;
  const difference = compare(a, b);
  return difference === undefined ? undefined : Number(difference === 0);
};

/**
 * True when no sizes of at least 0 make it negative: its coefficients are not, nor is there a minus within its opaque
 * terms such as `floor((N+1)/2)` (one in the name of a symbol, `sym(seq-len)`, is none).
 */
function isNonNegative(dim: number | SymbolicDim): boolean {
  if (typeof dim === "number") return dim >= 0;
  return [...dim.terms].every(
    ([monomial, coefficient]) => coefficient >= 0 && !monomial.replaceAll(/sym\([^()]*\)/g, "").includes("-"),
  );
}

function exact(operation: (a: Dim, b: Dim) => Dim): Arithmetic {
  return (a, b) => {
    if (typeof a !== "number" || typeof b !== "number") if (hasFraction(a) || hasFraction(b)) return undefined;
    return operation(a, b);
  };
}

/** Operators of two inputs (or folded over more) whose content inference follows. */
export const binaryArithmetic: ReadonlyMap<string, Arithmetic> = new Map<string, Arithmetic>([
  ["Add", exact(addDims)],
  ["Sum", exact(addDims)],
  ["Sub", exact(subtractDims)],
  ["Mul", exact(multiplyDims)],
  ["Div", quotient],
  ["Mod", remainder],
  ["Pow", power],
  ["Min", exact((a, b) => extremeDim("min", a, b))],
  ["Max", exact((a, b) => extremeDim("max", a, b))],
  ["Equal", equal],
  ["Less", decide((difference) => difference < 0)],
  ["LessOrEqual", decide((difference) => difference <= 0)],
  ["Greater", decide((difference) => difference > 0)],
  ["GreaterOrEqual", decide((difference) => difference >= 0)],
  ["And", (a, b) => (a === 0 || b === 0 ? 0 : a === 1 && b === 1 ? 1 : undefined)],
  ["Or", (a, b) => (a === 1 || b === 1 ? 1 : a === 0 && b === 0 ? 0 : undefined)],
  ["Xor", (a, b) => (typeof a === "number" && typeof b === "number" ? Number(a !== b) : undefined)],
]);

/** Operators of one input whose content inference follows; symbolic sizes pass where the operator leaves integers alone. */
export const unaryArithmetic: ReadonlyMap<string, (a: number | SymbolicDim) => Dim> = new Map<
  string,
  (a: number | SymbolicDim) => Dim
>([
  ["Neg", (a) => multiplyDims(a, -1)],
  ["Abs", (a) => (typeof a === "number" ? Math.abs(a) : isNonNegative(a) ? a : undefined)],
  ["Relu", (a) => (typeof a === "number" ? Math.max(a, 0) : isNonNegative(a) ? a : undefined)],
  ["Floor", (a) => (typeof a === "number" ? Math.floor(a) : a)],
  ["Ceil", (a) => (typeof a === "number" ? Math.ceil(a) : a)],
  ["Round", (a) => (typeof a === "number" ? roundHalfEven(a) : a)],
  ["Not", (a) => (typeof a === "number" ? Number(a === 0) : undefined)],
]);
