import { join } from "node:path";
import { expect, test } from "vitest";
import type { Selection } from "../../../passes/quantize/index.ts";
import { selectForTarget } from "../../../passes/quantize/index.ts";
import { loadModel } from "../../../src/onnx/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { withNames } from "../../../src/recipes/precision/group-times.ts";
import type { PrecisionUnit } from "../../../src/recipes/precision/precision-units.ts";
import {
  groupUnits,
  mostGroups,
  precisionEdges,
  precisionUnits,
} from "../../../src/recipes/precision/precision-units.ts";
import { targets } from "../../../targets/index.ts";

async function selectionOf(stem: string): Promise<Selection> {
  const loaded = await loadModel(join(import.meta.dirname, "..", "..", "..", "examples", "models", `${stem}.onnx`));
  const model = withNames(loaded.model);
  inferTypes(model);
  const facts = targets.find(({ id }) => id === "onnxruntime")?.facts(undefined);
  if (facts === undefined) throw new Error("no such target");
  return selectForTarget(model, facts, { nodesToExclude: "", opTypesToExclude: [], outputsToExclude: [] });
}

test.each(["residual-cnn", "depthwise-cnn", "tiny-vit"])("%s: every INT8 layer is in one group", async (stem) => {
  const selection = await selectionOf(stem);
  const units = precisionUnits(selection);
  const int8 = [...selection.decisions].filter(([, { state }]) => state === "int8");
  expect(units.map(({ output }) => output)).toEqual(int8.map(([node]) => node.output.name));
  const groups = groupUnits(units);
  expect(groups.length).toBeLessThanOrEqual(mostGroups);
  expect(groups.length).toBeGreaterThan(1);
  expect(
    groups
      .flatMap((group) => group.units)
      .map(({ output }) => output)
      .sort(),
  ).toEqual(units.map(({ output }) => output).sort());
  expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
});

test("depthwise filters are told from dense ones, and edges name the groups at both ends", async () => {
  const selection = await selectionOf("depthwise-cnn");
  const groups = groupUnits(precisionUnits(selection));
  const isDepthwise = ({ name }: { readonly name: string }): boolean => name.startsWith("Conv 3x3 depthwise");
  expect(groups.some(isDepthwise)).toBe(true);
  expect(groups.some(({ name }) => name.startsWith("Conv 1x1"))).toBe(true);
  const edges = precisionEdges(selection, groups);
  expect(edges.length).toBe(selection.values.length);
  expect(edges.every(({ elements }) => elements > 0)).toBe(true);
  expect(edges.filter(({ from }) => from === undefined).length).toBeGreaterThan(0);
  const between = edges.filter(({ from, to }) => from !== undefined && to.some((reader) => reader !== undefined));
  expect(between.length).toBeGreaterThan(groups.length / 2);
});

function unit(kinds: readonly string[], work: number): PrecisionUnit {
  return { output: kinds.join("/"), nodes: [kinds.join("/")], kinds, work };
}

test("groups are told further apart where most work is, and keep together what there is no room for", () => {
  const units = [
    unit(["Conv", "Conv at 8", "Conv at 8 a", "1"], 100),
    unit(["Conv", "Conv at 4", "Conv at 4 a", "2"], 100),
    unit(["Conv", "Conv at 4", "Conv at 4 b", "3"], 100),
    unit(["Add", "Add at 8", "Add at 8 a", "4"], 1),
    unit(["Add", "Add at 4", "Add at 4 a", "5"], 1),
  ];
  expect(groupUnits(units, 2).map(({ name }) => name)).toEqual(["Conv", "Add"]);
  expect(groupUnits(units, 3).map(({ name }) => name)).toEqual(["Conv at 8", "Conv at 4", "Add"]);
  expect(groupUnits(units, 4).map(({ name }) => name)).toEqual(["Conv at 8", "Conv at 4 a", "Conv at 4 b", "Add"]);
  expect(groupUnits(units, 99)).toHaveLength(5);
  const many = Array.from({ length: 6 }, (_, i) => unit([`op${i}`, `op${i}`, `op${i}`, `op${i}`], 10 - i));
  expect(groupUnits(many, 4).map(({ name, units: own }) => [name, own.length])).toEqual([
    ["op0", 1],
    ["op1", 1],
    ["op2", 1],
    ["others", 3],
  ]);
});
