/**
 * A symbolic dimension: a polynomial with integer coefficients over named symbols and opaque terms such as
 * `floor(N/2)`. `key` is canonical: two dimensions are provably equal exactly when their keys are.
 */
export interface SymbolicDim {
  /** Canonical text, for example `2*N+1`. */
  readonly key: string;
  /** Monomial (its factors sorted and joined by `*`, the empty string for the constant) to coefficient. */
  readonly terms: ReadonlyMap<string, number>;
}

/** One dimension: a size, a symbolic expression, or undefined when nothing is known. */
export type Dim = number | SymbolicDim | undefined;

/** A shape of known rank. */
export type Shape = readonly Dim[];

/** A shape whose every dimension is a number. */
export type StaticShape = readonly number[];

function make(terms: Map<string, number>): Dim {
  for (const [monomial, coefficient] of terms) if (coefficient === 0) terms.delete(monomial);
  if (terms.size === 0) return 0;
  if (terms.size === 1 && terms.has("")) return terms.get("");
  const names = [...terms.keys()].sort((a, b) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  let key = "";
  for (const name of names) {
    const coefficient = terms.get(name) ?? 0;
    const sign = coefficient < 0 ? "-" : key === "" ? "" : "+";
    const size = Math.abs(coefficient);
    key += sign + (name === "" ? String(size) : size === 1 ? name : `${size}*${name}`);
  }
  return key.length > longestKey ? undefined : { key, terms };
}

function termsOf(dim: number | SymbolicDim): ReadonlyMap<string, number> {
  return typeof dim === "number" ? new Map([["", dim]]) : dim.terms;
}

function multiplyMonomials(a: string, b: string): string {
  if (a === "") return b;
  if (b === "") return a;
  return [...splitFactors(a), ...splitFactors(b)].sort().join("*");
}

/** Splits at the `*` signs outside parentheses: opaque terms such as `floor((2*N)/3)` stay whole. */
function splitFactors(monomial: string): string[] {
  const factors: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < monomial.length; i++) {
    const c = monomial[i];
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === "*" && depth === 0) {
      factors.push(monomial.slice(start, i));
      start = i + 1;
    }
  }
  factors.push(monomial.slice(start));
  return factors;
}

/** A dimension known only by name, such as `batch`. Two symbols of one name in one model are equal (onnx.proto, dim_param). */
export function symbol(name: string): SymbolicDim {
  const key = /^[A-Za-z_][\w.]*$/.test(name) ? name : `sym(${name})`;
  return { key, terms: new Map([[key, 1]]) };
}

/** The name to write as dim_param: the symbol's own name, or the canonical expression. */
export function symbolName(dim: SymbolicDim): string {
  const wrapped = splitFactors(dim.key).length === 1 ? /^sym\((.*)\)$/.exec(dim.key) : null;
  return (dim.terms.size === 1 ? wrapped?.[1] : undefined) ?? dim.key;
}

/** a + b. */
export function addDims(a: Dim, b: Dim): Dim {
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === "number" && typeof b === "number") return a + b;
  const terms = new Map(termsOf(a));
  for (const [monomial, coefficient] of termsOf(b)) terms.set(monomial, (terms.get(monomial) ?? 0) + coefficient);
  return make(terms);
}

/** a * b. */
export function multiplyDims(a: Dim, b: Dim): Dim {
  if (a === 0 || b === 0) return 0;
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === "number" && typeof b === "number") return a * b;
  const terms = new Map<string, number>();
  for (const [m, c] of termsOf(a))
    for (const [n, d] of termsOf(b)) {
      const product = multiplyMonomials(m, n);
      terms.set(product, (terms.get(product) ?? 0) + c * d);
    }
  return make(terms);
}

/** a - b. */
export function subtractDims(a: Dim, b: Dim): Dim {
  return addDims(a, multiplyDims(b, -1));
}

/** floor(a / b). Exact where every term of a is a multiple of b or a is a multiple of the monomial b; else an opaque term. */
export function floorDivideDims(a: Dim, b: Dim): Dim {
  if (a === undefined || b === undefined || b === 0) return undefined;
  if (b === 1) return a;
  if (typeof a === "number" && typeof b === "number") return Math.floor(a / b);
  if (sameDim(a, b)) return 1;
  const quotient = exactQuotient(a, b);
  if (quotient !== undefined) return quotient;
  return typeof b === "number" && b > 0 ? floorOfParts(a, b) : opaqueFloor(a, b);
}

/**
 * floor(a / b) in one form for all equal ones: whole multiples of b stand outside, so what is left has coefficients in
 * [0, b); a divisor common to b and the coefficients goes (floor((g·p + c) / (g·q)) = floor((p + floor(c/g)) / q)).
 */
function floorOfParts(a: number | SymbolicDim, b: number): Dim {
  const outside = new Map<string, number>();
  const inside = new Map<string, number>();
  let common = b;
  for (const [monomial, coefficient] of termsOf(a)) {
    const whole = Math.floor(coefficient / b);
    outside.set(monomial, whole);
    inside.set(monomial, coefficient - whole * b);
    if (monomial !== "") common = greatestCommonDivisor(common, coefficient - whole * b);
  }
  for (const [monomial, coefficient] of inside) inside.set(monomial, Math.floor(coefficient / common));
  const rest = make(inside);
  if (rest === undefined) return undefined;
  return addDims(make(outside), typeof rest === "number" ? 0 : opaqueFloor(rest, b / common));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function opaqueFloor(a: number | SymbolicDim, b: number | SymbolicDim): Dim {
  const divisor = typeof b === "number" ? String(b) : b.key;
  return opaque(`floor(${textOf(a)}/${/[*+-]/.test(divisor) ? `(${divisor})` : divisor})`);
}

/** ceil(a / b). */
export function ceilDivideDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number" && b !== 0) return Math.ceil(a / b);
  if (a === undefined || b === undefined || b === 0) return undefined;
  const quotient = exactQuotient(a, b);
  if (quotient !== undefined) return quotient;
  return floorDivideDims(addDims(a, subtractDims(b, 1)), b);
}

/** a / b when the division leaves no remainder for every value of the symbols; undefined otherwise. */
export function exactQuotient(a: Dim, b: Dim): Dim {
  if (a === undefined || b === undefined || b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return a % b === 0 ? a / b : undefined;
  if (a === 0) return 0;
  const divisor = termsOf(b);
  if (divisor.size !== 1) return sameDim(a, b) ? 1 : undefined;
  const [[monomial, coefficient]] = [...divisor] as [[string, number]];
  const terms = new Map<string, number>();
  for (const [m, c] of termsOf(a)) {
    if (c % coefficient !== 0) return undefined;
    const rest = removeFactors(m, monomial);
    if (rest === undefined) return undefined;
    terms.set(rest, c / coefficient);
  }
  return make(terms);
}

function removeFactors(from: string, factors: string): string | undefined {
  if (factors === "") return from;
  const left = from === "" ? [] : splitFactors(from);
  for (const factor of splitFactors(factors)) {
    const at = left.indexOf(factor);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left.join("*");
}

/** max(a, b) or min(a, b); an opaque term where a symbol takes part. */
export function extremeDim(kind: "max" | "min", a: Dim, b: Dim): Dim {
  if (a === undefined || b === undefined) return undefined;
  if (typeof a === "number" && typeof b === "number") return kind === "max" ? Math.max(a, b) : Math.min(a, b);
  if (sameDim(a, b)) return a;
  return opaque(`${kind}(${[textOf(a), textOf(b)].sort().join(",")})`);
}

/** An expression longer than this helps nobody, and products of such ones would grow without bound. */
const longestKey = 400;

function opaque(key: string): Dim {
  return key.length > longestKey ? undefined : { key, terms: new Map([[key, 1]]) };
}

function textOf(dim: number | SymbolicDim): string {
  if (typeof dim === "number") return String(dim);
  return dim.terms.size > 1 ? `(${dim.key})` : dim.key;
}

/** True when both are known to be equal; unknown dimensions equal nothing. */
export function sameDim(a: Dim, b: Dim): boolean {
  if (a === undefined || b === undefined) return false;
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a.key === b.key;
}

/** True when both shapes have one rank and provably equal dimensions. */
export function sameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((dim, i) => sameDim(dim, b[i]));
}

/** True when every dimension is a number. */
export function isStatic(shape: Shape | undefined): shape is StaticShape {
  return shape !== undefined && shape.every((dim) => typeof dim === "number");
}

/** Product of the dimensions; undefined when one is unknown (and none is 0). */
export function elementCount(shape: Shape): Dim {
  let count: Dim = 1;
  for (const dim of shape) if (dim === 0) return 0;
  for (const dim of shape) count = multiplyDims(count, dim);
  return count;
}

/** The dimension as text: a number, the expression, or `?`. */
export function printDim(dim: Dim): string {
  return dim === undefined ? "?" : typeof dim === "number" ? String(dim) : symbolName(dim);
}

/** The value of a dimension when symbols are bound; undefined when one is unbound or an opaque term is met. */
export function evaluateDim(dim: Dim, bindings: ReadonlyMap<string, number>): number | undefined {
  if (dim === undefined || typeof dim === "number") return dim;
  let sum = 0;
  for (const [monomial, coefficient] of dim.terms) {
    let product = coefficient;
    if (monomial !== "")
      for (const factor of splitFactors(monomial)) {
        const bound = bindings.get(factor);
        if (bound === undefined) return undefined;
        product *= bound;
      }
    sum += product;
  }
  return sum;
}

/**
 * The dimension with symbols bound to sizes; other symbols stay. Undefined where an opaque term such as `floor(N/2)`
 * contains a bound symbol: it is found again by inference.
 */
export function substituteDim(dim: Dim, bindings: ReadonlyMap<string, number>): Dim {
  if (dim === undefined || typeof dim === "number") return dim;
  let sum: Dim = 0;
  for (const [monomial, coefficient] of dim.terms) {
    let product: Dim = coefficient;
    for (const factor of monomial === "" ? [] : splitFactors(monomial)) {
      const bound = bindings.get(factor);
      if (bound === undefined && mentions(factor, bindings)) return undefined;
      product = multiplyDims(product, bound ?? opaque(factor));
    }
    sum = addDims(sum, product);
  }
  return sum;
}

/** True when an opaque term contains one of the symbols. A symbol wrapped for its spelling, `sym(…)`, is no opaque term. */
function mentions(term: string, bindings: ReadonlyMap<string, number>): boolean {
  if (!term.includes("(") || term.startsWith("sym(")) return false;
  for (const name of bindings.keys()) if (term.includes(name)) return true;
  return false;
}
