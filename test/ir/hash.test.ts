import { expect, test } from "vitest";
import { hashModel, parseModel, tensorNumbering } from "../../src/ir/index.ts";

const withAlpha = (alpha: string): string => `opset 21
graph g { in %x: float32[2] %y = LeakyRelu(%x) {alpha=${alpha}} out %y }`;

test("attributes that differ in the sign of zero alone give different hashes", () => {
  expect(hashModel(parseModel(withAlpha("0.0")))).not.toBe(hashModel(parseModel(withAlpha("-0.0"))));
  expect(hashModel(parseModel(withAlpha("0.5")))).toBe(hashModel(parseModel(withAlpha("0.5"))));
});

const sum = "opset 21 graph g { in %x: float32[2] const %c: float32[2] = [1, 2] %y = Add(%x, %c) out %y }";

test("a numbering tells tensor objects apart, not their content, and holds only among hashes that share it", () => {
  const [one, other] = [parseModel(sum), parseModel(sum)];
  const numbering = tensorNumbering();
  expect(hashModel(one, { numbering })).toBe(hashModel(one, { numbering }));
  expect(hashModel(one, { numbering })).not.toBe(hashModel(other, { numbering }));
  expect(hashModel(one, { numbering: tensorNumbering() })).toBe(hashModel(other, { numbering: tensorNumbering() }));
});
