import { expect } from "vitest";
import type { BinaryQuantization } from "../../../../targets/cpu/reference/quantize.ts";
import { addConstants, addU8, mulRatio, mulU8 } from "../../../../targets/cpu/reference/quantize.ts";
import { ortEvaluate, x64Test } from "./ort-evaluate.ts";
import { randomQuantizations } from "./random-quantization.ts";

const everyA = Uint8Array.from({ length: 65_536 }, (_, i) => i >> 8);
const everyB = Uint8Array.from({ length: 65_536 }, (_, i) => i & 255);
const all = Uint8Array.from({ length: 256 }, (_, i) => i);

const cases = Array.from({ length: 24 }, (_, seed): BinaryQuantization => {
  const random = randomQuantizations(seed + 1);
  return { a: random.next(), b: random.next(), y: random.next() };
});

async function ort(
  op: string,
  { a, b, y }: BinaryQuantization,
  shapes: readonly [string, string],
  feeds: readonly [Uint8Array, Uint8Array],
): Promise<ArrayLike<number>> {
  const constants = Object.entries({ a, b, y }).map(
    ([name, { scale, zero }]) =>
      `const %${name}s: float32[] = ${scale.toPrecision(9)} const %${name}z: uint8[] = ${zero}`,
  );
  const text = `in %a: uint8[${shapes[0]}] in %b: uint8[${shapes[1]}] ${constants.join(" ")}
    %y = com.microsoft::${op}(%a, %as, %az, %b, %bs, %bz, %ys, %yz)`;
  return ortEvaluate(text, { a: feeds[0], b: feeds[1] });
}

/** Places where `actual` is not `expected`. */
function differences(actual: ArrayLike<number>, expected: (i: number) => number): number {
  let count = 0;
  for (let i = 0; i < actual.length; i++) if (actual[i] !== expected(i)) count++;
  return count;
}

x64Test("QLinearAdd of every pair of bytes: one factor fused over the other", async () => {
  for (const quantization of cases) {
    const constants = addConstants(quantization);
    const expected = (i: number): number => addU8(everyA[i] as number, everyB[i] as number, constants);
    expect(differences(await ort("QLinearAdd", quantization, ["65536", "65536"], [everyA, everyB]), expected)).toBe(0);
  }
});

x64Test("QLinearAdd: a broadcast second operand keeps the order, a broadcast first one swaps it", async () => {
  const rows = everyB;
  for (const quantization of cases.slice(0, 8)) {
    const constants = addConstants(quantization);
    const second = await ort("QLinearAdd", quantization, ["1,256,256", "1,256,1"], [rows, all]);
    expect(differences(second, (i) => addU8(rows[i] as number, i >> 8, constants))).toBe(0);
    const { a, b, y } = quantization;
    const swapped = addConstants({ a: b, b: a, y });
    const first = await ort("QLinearAdd", quantization, ["1,256,1", "1,256,256"], [all, rows]);
    expect(differences(first, (i) => addU8(rows[i] as number, i >> 8, swapped))).toBe(0);
  }
});

x64Test("QLinearAdd: tails and sums beyond int32", async () => {
  const [small] = cases as [BinaryQuantization];
  for (const length of [1, 3, 7, 9, 15, 17, 31, 33, 63]) {
    const [a, b] = [everyA.subarray(30_000, 30_000 + length), everyB.subarray(30_000, 30_000 + length)];
    const constants = addConstants(small);
    const y = await ort("QLinearAdd", small, [`${length}`, `${length}`], [a, b]);
    expect(differences(y, (i) => addU8(a[i] as number, b[i] as number, constants))).toBe(0);
  }
  const huge = { a: { scale: 1, zero: 128 }, b: { scale: 1, zero: 128 }, y: { scale: 1e-8, zero: 5 } };
  const y = await ort("QLinearAdd", huge, ["65536", "65536"], [everyA, everyB]);
  const constants = addConstants(huge);
  expect(differences(y, (i) => addU8(everyA[i] as number, everyB[i] as number, constants))).toBe(0);
  expect(new Set(Array.from(y))).toEqual(new Set([0, 255]));
});

x64Test("QLinearMul of every pair of bytes, and with either operand broadcast", async () => {
  for (const quantization of cases) {
    const ratio = mulRatio(quantization);
    const expected = (i: number): number => mulU8(everyA[i] as number, everyB[i] as number, ratio, quantization);
    expect(differences(await ort("QLinearMul", quantization, ["65536", "65536"], [everyA, everyB]), expected)).toBe(0);
  }
  for (const quantization of cases.slice(0, 6)) {
    const ratio = mulRatio(quantization);
    const gate = await ort("QLinearMul", quantization, ["1,256,256", "1,256,1"], [everyB, all]);
    expect(differences(gate, (i) => mulU8(everyB[i] as number, i >> 8, ratio, quantization))).toBe(0);
    const first = await ort("QLinearMul", quantization, ["1,256,1", "1,256,256"], [all, everyB]);
    expect(differences(first, (i) => mulU8(i >> 8, everyB[i] as number, ratio, quantization))).toBe(0);
  }
});

x64Test.each(["Add", "Mul"])("%s between conversions is the integer operator", async (op) => {
  for (const quantization of cases.slice(0, 6)) {
    const { a, b, y } = quantization;
    const constants = Object.entries({ a, b, y }).map(
      ([name, { scale, zero }]) =>
        `const %${name}s: float32[] = ${scale.toPrecision(9)} const %${name}z: uint8[] = ${zero}`,
    );
    const text = `in %a: uint8[65536] in %b: uint8[65536] ${constants.join(" ")}
      %af = DequantizeLinear(%a, %as, %az) %bf = DequantizeLinear(%b, %bs, %bz)
      %f = ${op}(%af, %bf) %y = QuantizeLinear(%f, %ys, %yz)`;
    const actual = await ortEvaluate(text, { a: everyA, b: everyB }, "all");
    const [sum, ratio] = [addConstants(quantization), mulRatio(quantization)];
    const expected = (i: number): number => {
      const [p, q] = [everyA[i] as number, everyB[i] as number];
      return op === "Add" ? addU8(p, q, sum) : mulU8(p, q, ratio, quantization);
    };
    expect(differences(actual, expected)).toBe(0);
  }
});
