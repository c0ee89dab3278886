import { expect, test } from "vitest";
import { parseModel } from "../../../src/ir/index.ts";
import { sameSpeed } from "../../../src/measure/index.ts";
import type { BenchRow } from "../../../src/recipes/commands/bench-models.ts";
import { compareStructure } from "../../../src/recipes/commands/compare-structure.ts";
import { compareInterface, speedChecks } from "../../../src/recipes/commands/gate-baseline.ts";

const model = (inputs: string, outputs = "out %y", body = "%y = Relu(%x)"): ReturnType<typeof parseModel> =>
  parseModel(`opset 17 graph g { ${inputs} ${body} ${outputs} }`);

test("what callers rely on: names, types, dimensions; one that became free breaks nobody", () => {
  const before = model("in %x: float32[1, 4]");
  const verdict = (after: ReturnType<typeof parseModel>): readonly [boolean, string] => {
    const { ok, detail } = compareInterface(before, after);
    return [ok, detail];
  };
  expect(verdict(before)[0]).toBe(true);
  expect(verdict(model("in %x: float32[N, 4]"))[0]).toBe(true);
  expect(verdict(model("in %x: float32[2, 4]"))).toEqual([false, 'the input "x" was float32[1,4] and is float32[2,4]']);
  expect(verdict(model("in %x: float16[1, 4]"))[0]).toBe(false);
  expect(verdict(model("in %x: float32[1, 4] in %z: float32[1]"))).toEqual([false, 'the input "z" is new']);
  expect(verdict(model("in %z: float32[1, 4]", "out %y", "%y = Relu(%z)"))).toEqual([false, 'the input "x" is gone']);
  expect(verdict(model("in %x: float32[1, 4]", "out %z", "%z = Relu(%x)"))).toEqual([false, 'the output "y" is gone']);
  expect(verdict(model("in %x: float32[1, 4]", "out %y out %z", "%y = Relu(%x) %z = Neg(%x)"))[0]).toBe(true);
});

test("slower is what the median pair says and its whole interval; noise fails nobody", () => {
  const check = (paired: number, pairedLow: number, pairedHigh: number): boolean => {
    const row = { speed: { ...sameSpeed, paired, pairedLow, pairedHigh } } as BenchRow;
    return speedChecks({ runs: [{ threads: 1, noise: 0, rows: [row, row] }] }, 0.02)[0]?.ok === true;
  };
  expect(check(1.2, 1.1, 1.3)).toBe(true);
  expect(check(0.99, 0.985, 0.995)).toBe(true);
  expect(check(0.95, 0.9, 1.01)).toBe(true);
  expect(check(0.95, 0.94, 0.97)).toBe(false);
});

test("structure: nodes by operator and name, and counts", () => {
  const a = parseModel(`opset 17 graph g { in %x: float32[4] %i = Identity(%x) %y = Relu(%i) out %y }`);
  const b = parseModel(`opset 17 graph g { in %x: float32[4] %n = Neg(%x) %y = Relu(%n) out %y }`);
  expect(compareStructure(a, b)).toEqual({
    nodes: [2, 2],
    operators: { Identity: [1, 0], Neg: [0, 1], Relu: [1, 1] },
    added: ["Neg n"],
    removed: ["Identity i"],
  });
});
