import { intAttr } from "../src/ir/index.ts";
import type { Node, Value } from "../src/ir/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { becomeReshape, isReshaping, reshapingOps, targetFrom } from "./reshape/operators.ts";
import { integersOf, shapeOf } from "./support/facts.ts";
import type { LocalRule } from "./support/local-rules.ts";
import { runLocalRules } from "./support/local-rules.ts";
import { permutationOf } from "./transpose/permutation.ts";

/** True when a permutation leaves the order of all axes longer than 1: the elements then lie as before. */
function movesOnlyUnitAxes(node: Node): boolean {
  const shape = shapeOf(node.input(0));
  const perm = permutationOf(node);
  if (shape === undefined || perm === undefined) return false;
  const long = perm.filter((axis) => shape[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > (long[i - 1] ?? -1));
}

/** What a node reads through all shape changes before it, down to the first value that something else computes. */
function sourceOf(node: Node): Value | undefined {
  let value = node.input(0);
  while (isReshaping(value?.producer)) value = value.producer.input(0);
  return value;
}

/** Reshape(Reshape(x)) -> Reshape(x), for every operator that only changes the shape. */
const chain: LocalRule = {
  name: "chain",
  ops: reshapingOps,
  apply: (node) => {
    if (!isReshaping(node.input(0)?.producer) || intAttr(node, "allowzero", 0) !== 0) return undefined;
    const source = sourceOf(node);
    const target = source === undefined ? undefined : targetFrom(source, node);
    if (source === undefined || target === undefined) return undefined;
    becomeReshape(node, source, target);
    return `one Reshape of "${source.name}" to ${target.join(",")}`;
  },
};

/** Transpose that moves only axes of size 1 -> Reshape. */
const unitTranspose: LocalRule = {
  name: "unit-transpose",
  ops: ["Transpose"],
  apply: (node) => {
    const source = node.input(0);
    if (source === undefined || !movesOnlyUnitAxes(node)) return undefined;
    const target = targetFrom(source, node);
    if (target === undefined) return undefined;
    becomeReshape(node, source, target);
    return `Transpose moves only axes of size 1: Reshape to ${target.join(",")}`;
  },
};

/** Reshape whose target is computed but provably constant -> Reshape to a constant. */
const computedTarget: LocalRule = {
  name: "computed-target",
  ops: ["Reshape"],
  apply: (node) => {
    const source = node.input(0);
    if (source === undefined || node.input(1) === undefined || integersOf(node.input(1)) !== undefined)
      return undefined;
    if (intAttr(node, "allowzero", 0) !== 0) return undefined;
    const target = targetFrom(source, node);
    if (target === undefined) return undefined;
    becomeReshape(node, source, target);
    return `the computed target always is ${target.join(",")}`;
  },
};

const rules = [chain, unitTranspose, computedTarget];

/** Makes one Reshape with a constant target of chains of shape changes. */
export const mergeReshapes: Pass<null> = {
  name: "merge-reshapes",
  summary: "makes one Reshape of chains of Reshape, Flatten, Squeeze, Unsqueeze and transposes of unit axes",
  stage: "simplify",
  preserves: "bits",
  rules: rules.map((rule) => rule.name),
  defaults: null,
  run: (model, context) => runLocalRules("merge-reshapes", rules, model, context),
};
