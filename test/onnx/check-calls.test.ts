import { expect, test } from "vitest";
import { parseModel } from "../../src/ir/index.ts";
import { decodeModel, encodeModel } from "../../src/onnx/index.ts";

/** A model whose graph calls F0, as a file: functions `Fi` with the given bodies. */
function modelWith(bodies: readonly (readonly string[])[]): Uint8Array {
  const functions = bodies.map((calls, i) => {
    const lines = calls.map((called, k) => `  %v${k + 1} = ${called}(%v${k})`);
    return `function d::F${i} {\n  opset 17\n  opset d 1\n  in %v0\n${lines.join("\n")}\n  out %v${calls.length}\n}\n`;
  });
  return encodeModel(
    parseModel(
      `opset 17\nopset d 1\ngraph g {\n  in %x: float32[2]\n  %y = d::F0(%x)\n  out %y\n}\n${functions.join("")}`,
    ),
  );
}

test("a function that calls itself is refused, with the circle", () => {
  expect(() => decodeModel(modelWith([["d::F0"]]))).toThrow(/IO0127.*F0 calls d::F0/);
  expect(() => decodeModel(modelWith([["Relu", "d::F1"], ["d::F2"], ["Abs", "d::F1"]]))).toThrow(
    /IO0127: function d::F(1 calls d::F2 calls d::F1|2 calls d::F1 calls d::F2)$/m,
  );
});

test("calls that multiply beyond any memory are refused; a long chain and a shared function are not", () => {
  const doubling = Array.from({ length: 40 }, (_, i) => [`d::F${i + 1}`, `d::F${i + 1}`]);
  expect(() => decodeModel(modelWith([...doubling, ["Relu"]]))).toThrow(/IO0128.*1\.10e\+12 nodes/);
  const chain = Array.from({ length: 3000 }, (_, i) => [`d::F${i + 1}`]);
  expect(decodeModel(modelWith([...chain, ["Relu"]])).functions.size).toBe(3001);
  expect(decodeModel(modelWith([["d::F2", "d::F1"], ["d::F2"], ["Relu", "Abs"]])).functions.size).toBe(3);
});
