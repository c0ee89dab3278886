import { expect, test } from "vitest";
import type { Model } from "../../src/ir/index.ts";
import { cloneModel, parseModel, printModel, verifyStructure } from "../../src/ir/index.ts";
import type { IsaLevel, LevelProgram } from "../../src/region/index.ts";
import { lesserLevels, outlineRegion, useLevel } from "../../src/region/index.ts";

const levels: readonly LevelProgram[] = (["avx512vbmi", "avx512vnni", "avx2"] as const).map((isa, seed) => ({
  isa,
  program: Uint8Array.from({ length: 24 }, (_, i) => i * 7 + seed),
}));

/** A chain of nodes in two regions, the second without the middle level. */
function outlined(kept: (isa: IsaLevel) => boolean): Model {
  const model = parseModel(`ir 9 opset 17 graph g {
    in %x: float32[2,4]
    const %k: float32[4] = [1, 2, 3, 4]
    %a: float32[2,4] = Add(%x, %k) @a
    %b: float32[2,4] = Neg(%a) @b
    %c: float32[2,4] = Exp(%b) @c
    %d: float32[2,4] = Mul(%c, %k) @d
    %y: float32[2,4] = Abs(%d) @y
    out %y
    out %b }`);
  const named = (...names: readonly string[]) =>
    new Set([...model.graph.nodes()].filter(({ name }) => names.includes(name)));
  const [first, second] = [named("a", "b"), named("d", "y")];
  outlineRegion(
    model,
    first,
    levels.filter(({ isa }) => kept(isa)),
  );
  outlineRegion(
    model,
    second,
    levels.filter(({ isa }) => isa !== "avx512vnni" && kept(isa)),
  );
  return model;
}

test("a level in place of better ones gives what would be there without them", () => {
  const all = outlined(() => true);
  expect([...lesserLevels(all)].sort()).toEqual(["avx2", "avx512vnni"]);
  const least = cloneModel(all);
  expect(useLevel(least, "avx2")).toBe(2);
  expect(verifyStructure(least)).toEqual([]);
  expect(printModel(least)).toBe(printModel(outlined((isa) => isa === "avx2")));
  expect(useLevel(least, "avx2")).toBe(0);
  expect(lesserLevels(least).size).toBe(0);
});

test("a region that lacks the level stays as it is", () => {
  const middle = outlined(() => true);
  expect(useLevel(middle, "avx512vnni")).toBe(1);
  expect(verifyStructure(middle)).toEqual([]);
  const names = [...middle.graph.nodes()].map(({ opType }) => opType);
  expect(names).toEqual(["Region_avx512vnni_0", "Exp", "Region_avx512vbmi_1"]);
  expect([...lesserLevels(middle)]).toEqual(["avx2"]);
});
