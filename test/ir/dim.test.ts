import { expect, test } from "vitest";
import fc from "fast-check";
import type { Dim } from "../../src/ir/index.ts";
import {
  addDims,
  ceilDivideDims,
  exactQuotient,
  extremeDim,
  floorDivideDims,
  multiplyDims,
  parseDim,
  printDim,
  sameDim,
  substituteDim,
  subtractDims,
  symbol,
} from "../../src/ir/index.ts";
import { evaluateText } from "../ops/evaluate-dim.ts";

const [M, N] = [symbol("M"), symbol("N")];

/** A dimension with the function that computes it from the values of M and N. */
type Sample = readonly [dim: Dim, value: (m: number, n: number) => number];

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.constant<Sample>([M, (m) => m]),
  fc.constant<Sample>([N, (_, n) => n]),
  fc.integer({ min: -5, max: 9 }).map((k): Sample => [k, () => k]),
);

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .tuple(fc.constantFrom("add", "subtract", "multiply", "max", "min"), tie("sample"), tie("sample"))
      .map(([kind, [a, f], [b, g]]): Sample => {
        if (kind === "add") return [addDims(a, b), (m, n) => f(m, n) + g(m, n)];
        if (kind === "subtract") return [subtractDims(a, b), (m, n) => f(m, n) - g(m, n)];
        if (kind === "multiply") return [multiplyDims(a, b), (m, n) => f(m, n) * g(m, n)];
        if (kind === "max") return [extremeDim("max", a, b), (m, n) => Math.max(f(m, n), g(m, n))];
        return [extremeDim("min", a, b), (m, n) => Math.min(f(m, n), g(m, n))];
      }),
    fc
      .tuple(fc.boolean(), tie("sample"), fc.integer({ min: 1, max: 7 }))
      .map(([up, [a, f], k]): Sample =>
        up
          ? [ceilDivideDims(a, k), (m, n) => Math.ceil(f(m, n) / k)]
          : [floorDivideDims(a, k), (m, n) => Math.floor(f(m, n) / k)],
      ),
  ),
}));

test("expressions evaluate to what they stand for", () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), ([dim, value], m, n) => {
      const found = evaluateText(
        dim,
        new Map([
          ["M", m],
          ["N", n],
        ]),
      );
      // An expression too long to follow is unknown.
      return found === undefined || Math.abs(value(m, n)) > 2 ** 50 || Math.abs(found - value(m, n)) === 0;
    }),
    { numRuns: 2000 },
  );
});

test("binding a symbol gives the same value, or nothing", () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), ([dim, value], m, n) => {
      const bound = substituteDim(substituteDim(dim, new Map([["M", m]])), new Map([["N", n]]));
      return bound === undefined || Math.abs(value(m, n)) > 2 ** 50 || bound === value(m, n);
    }),
    { numRuns: 1000 },
  );
});

test.each<[string, Dim, Dim]>([
  [
    "a pool and a strided convolution",
    ceilDivideDims(N, 2),
    addDims(floorDivideDims(subtractDims(addDims(N, 2), 3), 2), 1),
  ],
  ["multiples leave a quotient", floorDivideDims(addDims(multiplyDims(N, 2), 3), 2), addDims(N, 1)],
  ["common divisors cancel", floorDivideDims(addDims(multiplyDims(N, 2), 1), 4), floorDivideDims(N, 2)],
  ["products commute", multiplyDims(M, N), multiplyDims(N, M)],
  [
    "a quotient of a product",
    exactQuotient(multiplyDims(multiplyDims(M, N), 6), multiplyDims(N, 2)),
    multiplyDims(M, 3),
  ],
  ["differences cancel", subtractDims(addDims(M, N), M), N],
])("equal dimensions have one form: %s", (_, a, b) => {
  expect(printDim(a)).toBe(printDim(b));
  expect(sameDim(a, b)).toBe(true);
});

test("expressions that grow without bound become unknown", () => {
  let dim: Dim = addDims(N, 1);
  for (let i = 0; i < 60; i++) dim = floorDivideDims(addDims(multiplyDims(dim, dim), M), 3);
  expect(dim).toBeUndefined();
});

test("a dimension that nests without end is refused; as deep as printed ones go, it is read", () => {
  const nested = (depth: number): string => `${"(".repeat(depth)}N${")".repeat(depth)}`;
  expect(printDim(parseDim(nested(150)))).toBe("N");
  for (const text of [nested(100_000), "(".repeat(100_000), "floor(".repeat(100_000)])
    expect(() => parseDim(text)).toThrow("nests parentheses more than 200 deep");
});
