import type { Dim } from "./dim.ts";
import { addDims, ceilDivideDims, extremeDim, floorDivideDims, multiplyDims, subtractDims, symbol } from "./dim.ts";

/**
 * Reads what `printDim` writes: `?`, a number, `N`, `2*N+1`, `floor((N-1)/2)`, `max(M,N)`. Text that is no such
 * expression is the name of a symbol. Throws RangeError for parentheses that nest deeper than any printed dimension's.
 */
export function parseDim(text: string): Dim {
  if (text === "?") return undefined;
  const reader = new ExpressionReader(text);
  const dim = reader.sum();
  return dim === "not an expression" || !reader.done ? symbol(text) : dim;
}

/** No expression is printed that is long enough to nest as deep. */
const deepestNesting = 200;

type Parsed = Dim | "not an expression";

class ExpressionReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }
  get done(): boolean {
    return this.#at === this.#text.length;
  }
  #accept(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }
  /** Reads a sum; every way into parentheses leads through it. */
  sum(): Parsed {
    if (++this.#depth > deepestNesting)
      throw new RangeError(`a dimension nests parentheses more than ${deepestNesting} deep`);
    const dim = this.#terms();
    this.#depth--;
    return dim;
  }
  #terms(): Parsed {
    const negative = this.#accept("-");
    let total = this.#product();
    if (total === "not an expression") return total;
    if (negative) total = multiplyDims(total, -1);
    for (;;) {
      const minus = this.#accept("-");
      if (!minus && !this.#accept("+")) return total;
      const term = this.#product();
      if (term === "not an expression") return term;
      total = minus ? subtractDims(total, term) : addDims(total, term);
    }
  }
  #product(): Parsed {
    let total = this.#factor();
    while (total !== "not an expression" && this.#accept("*")) {
      const factor = this.#factor();
      if (factor === "not an expression") return factor;
      total = multiplyDims(total, factor);
    }
    return total;
  }
  #factor(): Parsed {
    for (const name of ["floor", "ceil", "max", "min"] as const) if (this.#accept(`${name}(`)) return this.#call(name);
    if (this.#accept("(")) {
      const inner = this.sum();
      return this.#accept(")") ? inner : "not an expression";
    }
    const word = /^(\d+|[A-Za-z_][\w.]*)/.exec(this.#text.slice(this.#at))?.[0];
    if (word === undefined) return "not an expression";
    this.#at += word.length;
    return /^\d/.test(word) ? Number(word) : symbol(word);
  }
  #call(name: "floor" | "ceil" | "max" | "min"): Parsed {
    const a = this.sum();
    const isDivision = name === "floor" || name === "ceil";
    if (a === "not an expression" || !this.#accept(isDivision ? "/" : ",")) return "not an expression";
    const b = this.sum();
    if (b === "not an expression" || !this.#accept(")")) return "not an expression";
    if (name === "floor") return floorDivideDims(a, b);
    if (name === "ceil") return ceilDivideDims(a, b);
    return extremeDim(name, a, b);
  }
}
