import type { DType, RuntimeValue, Tensor } from "../ir/index.ts";
import { dtypes, equalTensors, isFloat, isTensor, numbersOf, stringsOf } from "../ir/index.ts";
import type { Preserves } from "./pass.ts";

/** How two results of a model relate. */
export interface Comparison {
  readonly verdict: "equal" | "within-tolerance" | "mismatch";
  /** Least signal-to-noise ratio over the float outputs in dB; Infinity when all are equal. */
  readonly sqnrDb: number;
  /** The worst finding in words. */
  readonly detail: string;
}

/** Least SQNR in dB that counts as the same within rounding. Half types carry 11 and 8 significant bits. */
const toleranceDb: Partial<Record<DType, number>> = { float32: 80, float64: 80, float16: 50, bfloat16: 35 };

/**
 * Least SQNR in dB after passes that keep every bit. Runtimes choose kernels by what is constant (ONNX Runtime packs a
 * constant matrix and adds in another order: 135 dB seen from folding a Reshape), so equal graphs need not give equal
 * bits; that the passes keep them is tested with the interpreter.
 */
const bitsDb: Partial<Record<DType, number>> = { float32: 110, float64: 200, float16: 55, bfloat16: 38 };

/** Share of elements of an 8-bit output that may differ by one step: rounding at the edge of a quantization step. */
const STEP_SHARE = 0.01;

/**
 * Least SQNR in dB of float and 8-bit outputs where a change is judged by accuracy: below, something else was computed.
 * Layers that are a quantization step off at some elements leave 35 to 50 dB.
 */
const ACCURACY_DB = 30;

/**
 * Compares outputs by name: bit by bit, or within the tolerance of their types; 8-bit integers may differ by a step on
 * 1 % of elements. "accuracy" asks for little, and nothing of indices and strings, which follow from numbers.
 */
export function compareValues(
  before: ReadonlyMap<string, RuntimeValue>,
  after: ReadonlyMap<string, RuntimeValue>,
  preserves: Preserves,
): Comparison {
  let worst: Comparison = { verdict: "equal", sqnrDb: Infinity, detail: "all outputs equal" };
  for (const [name, value] of before) {
    const other = after.get(name);
    const found =
      other === undefined ? mismatch(`output "${name}" is missing`) : compareValue(name, value, other, preserves);
    worst = worse(worst, found);
  }
  return worst;
}

/** The graver of two comparisons. */
export function worse(a: Comparison, b: Comparison): Comparison {
  const rank = { equal: 0, "within-tolerance": 1, mismatch: 2 };
  if (rank[a.verdict] !== rank[b.verdict]) return rank[a.verdict] > rank[b.verdict] ? a : b;
  return b.sqnrDb < a.sqnrDb ? b : a;
}

function mismatch(detail: string, sqnrDb = -Infinity): Comparison {
  return { verdict: "mismatch", sqnrDb, detail };
}

function compareValue(name: string, a: RuntimeValue, b: RuntimeValue, preserves: Preserves): Comparison {
  if (isTensor(a) && isTensor(b)) return compareTensor(name, a, b, preserves);
  if (isTensor(a) || isTensor(b) || a.kind !== b.kind) return mismatch(`output "${name}" changed its kind`);
  const equal: Comparison = { verdict: "equal", sqnrDb: Infinity, detail: "all outputs equal" };
  if (a.kind === "sequence" && b.kind === "sequence") {
    if (a.items.length !== b.items.length) return mismatch(`sequence "${name}" changed its length`);
    return a.items
      .map((item, i) => compareValue(`${name}[${i}]`, item, b.items[i] as RuntimeValue, preserves))
      .reduce(worse, equal);
  }
  if (a.kind === "optional" && b.kind === "optional") {
    if (a.value === undefined || b.value === undefined)
      return a.value === b.value ? equal : mismatch(`optional "${name}" differs`);
    return compareValue(name, a.value, b.value, preserves);
  }
  if (a.kind === "map" && b.kind === "map") {
    if (a.entries.size !== b.entries.size) return mismatch(`map "${name}" changed its size`);
    return [...a.entries]
      .map(([key, item]) => {
        const other = b.entries.get(key);
        return other === undefined
          ? mismatch(`map "${name}" lost key ${key}`)
          : compareValue(`${name}[${key}]`, item, other, preserves);
      })
      .reduce(worse, equal);
  }
  if (a.kind === "sparse" && b.kind === "sparse")
    return worse(
      compareTensor(name, a.sparse.values, b.sparse.values, preserves),
      compareTensor(name, a.sparse.indices, b.sparse.indices, "bits"),
    );
  return mismatch(`output "${name}" changed its kind`);
}

function compareTensor(name: string, a: Tensor, b: Tensor, preserves: Preserves): Comparison {
  if (a.dtype !== b.dtype) return mismatch(`"${name}" was ${a.dtype} and is ${b.dtype}`);
  if (a.shape.length !== b.shape.length || a.shape.some((dim, i) => dim !== b.shape[i]))
    return mismatch(`"${name}" was [${a.shape.join(",")}] and is [${b.shape.join(",")}]`);
  const equal: Comparison = { verdict: "equal", sqnrDb: Infinity, detail: "all outputs equal" };
  if (equalTensors(a, b)) return equal;
  if (preserves === "accuracy" && !isFloat(a.dtype) && !isByte(a.dtype))
    return { verdict: "within-tolerance", sqnrDb: Infinity, detail: `"${name}" differs` };
  if (a.dtype === "string") {
    const right = stringsOf(b);
    const at = stringsOf(a).findIndex((s, i) => s !== right[i]);
    return mismatch(`"${name}" differs at string ${at}`);
  }
  if (isFloat(a.dtype) || preserves === "accuracy") return compareFloats(name, a, b, preserves);
  return compareIntegers(name, a, b, preserves);
}

function isByte(dtype: DType): boolean {
  return dtypes[dtype].bits === 8 && dtype !== "bool" && !isFloat(dtype);
}

function compareFloats(name: string, a: Tensor, b: Tensor, preserves: Preserves): Comparison {
  const x = numbersOf(a);
  const y = numbersOf(b);
  let signal = 0;
  let noise = 0;
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    const p = x[i] as number;
    const q = y[i] as number;
    if (Number.isFinite(p) && Number.isFinite(q)) {
      signal += p * p;
      noise += (p - q) * (p - q);
      largest = Math.max(largest, Math.abs(p - q));
    } else if (!Object.is(p, q)) return mismatch(`"${name}" is ${p} at element ${i} before and ${q} after`);
  }
  if (noise === 0) return { verdict: "equal", sqnrDb: Infinity, detail: `"${name}" equal up to the sign of zero` };
  const sqnrDb = 10 * Math.log10(signal / noise);
  const detail = `"${name}" ${sqnrDb.toFixed(1)} dB, largest difference ${largest.toExponential(2)}`;
  const limit = preserves === "accuracy" ? ACCURACY_DB : ((preserves === "bits" ? bitsDb : toleranceDb)[a.dtype] ?? 20);
  const negligible = largest < 1e-9;
  return sqnrDb > limit || negligible
    ? { verdict: "within-tolerance", sqnrDb, detail }
    : { verdict: "mismatch", sqnrDb, detail };
}

function compareIntegers(name: string, a: Tensor, b: Tensor, preserves: Preserves): Comparison {
  const x = numbersOf(a);
  const y = numbersOf(b);
  let differing = 0;
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    const step = Math.abs((x[i] as number) - (y[i] as number));
    if (step > 0) differing++;
    largest = Math.max(largest, step);
  }
  const detail = `"${name}" differs at ${differing} of ${x.length} elements, by up to ${largest}`;
  const steps = isByte(a.dtype) && preserves !== "bits";
  return steps && largest <= 1 && differing <= STEP_SHARE * x.length
    ? { verdict: "within-tolerance", sqnrDb: Infinity, detail }
    : mismatch(detail);
}
