import type { Node } from "../src/ir/index.ts";
import { int64Tensor } from "../src/ir/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { axesOf, integersOf, nonNegativeAxis, rankOf, staticShapeOf } from "./support/facts.ts";
import type { LocalRule } from "./support/local-rules.ts";
import { runLocalRules } from "./support/local-rules.ts";

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Per axis what a Slice with constant parameters cuts; undefined when one is computed or an axis is named twice. */
function cutsOf(node: Node): Map<number, Cut> | undefined {
  const rank = rankOf(node.input(0));
  const [starts, ends] = [integersOf(node.input(1)), integersOf(node.input(2))];
  const axes = axesOf(node, 3);
  const steps = node.input(4) === undefined ? starts?.map(() => 1) : integersOf(node.input(4));
  if (rank === undefined || starts === undefined || ends === undefined || steps === undefined) return undefined;
  if (axes === undefined) return undefined;
  const cuts = new Map<number, Cut>();
  const present = axes === "absent" ? starts.map((_, i) => i) : axes;
  for (const [i, axis] of present.entries())
    cuts.set(nonNegativeAxis(axis, rank), { start: starts[i] ?? 0, end: ends[i] ?? 0, step: steps[i] ?? 1 });
  return cuts.size === present.length ? cuts : undefined;
}

/** Both cuts of an axis of known size as one; undefined where a step other than 1 takes part. */
function combine(first: Cut, second: Cut, size: number): Cut | undefined {
  if (first.step !== 1 || second.step !== 1) return undefined;
  const clamp = (at: number, limit: number): number => Math.min(limit, Math.max(0, at < 0 ? at + limit : at));
  const start = clamp(first.start, size);
  const length = Math.max(0, clamp(first.end, size) - start);
  const [from, to] = [clamp(second.start, length), clamp(second.end, length)];
  return { start: start + from, end: start + Math.max(from, to), step: 1 };
}

/** Numbers read from a tensor as doubles: those beyond exact integers stand for INT64_MAX and INT64_MIN. */
function toInt64(value: number): bigint {
  if (value > Number.MAX_SAFE_INTEGER) return 2n ** 63n - 1n;
  return value < Number.MIN_SAFE_INTEGER ? -(2n ** 63n) + 1n : BigInt(value);
}

/** Slice(Slice(x)) -> Slice(x), when nothing else reads the inner one. */
const sliceOfSlice: LocalRule = {
  name: "slice-of-slice",
  ops: ["Slice"],
  apply: (node, { opset }) => {
    const inner = node.input(0)?.producer;
    if (opset < 10 || inner?.opType !== "Slice" || inner.domain !== "" || inner.output.soleUser !== node)
      return undefined;
    const [first, second] = [cutsOf(inner), cutsOf(node)];
    const source = inner.input(0);
    if (first === undefined || second === undefined || source === undefined || inner.graph !== node.graph)
      return undefined;
    const shape = staticShapeOf(source);
    const all = new Map(first);
    for (const [axis, cut] of second) {
      const before = all.get(axis);
      const size = shape?.[axis];
      const both = before === undefined ? cut : size === undefined ? undefined : combine(before, cut, size);
      if (both === undefined) return undefined;
      all.set(axis, both);
    }
    const { graph } = node;
    const cuts = [...all].sort(([a], [b]) => a - b);
    const label = node.name === "" ? node.output.name : node.name;
    const constant = (hint: string, values: readonly number[]) =>
      graph.addConstant(`${label}_${hint}`, int64Tensor(values.map(toInt64)));
    graph.setInputs(node, [
      source,
      constant("starts", cuts.map(([, cut]) => cut.start)),
      constant("ends", cuts.map(([, cut]) => cut.end)),
      constant("axes", cuts.map(([axis]) => axis)),
      ...(cuts.some(([, cut]) => cut.step !== 1) ? [constant("steps", cuts.map(([, cut]) => cut.step))] : []),
    ]); // prettier-ignore
    graph.remove(inner);
    return `one Slice of "${source.name}" on axes ${cuts.map(([axis]) => axis).join(",")}`;
  },
};

/** Makes one Slice of consecutive ones. */
export const mergeSlices: Pass<null> = {
  name: "merge-slices",
  summary: "makes one Slice of consecutive ones",
  stage: "simplify",
  preserves: "bits",
  rules: [sliceOfSlice.name],
  defaults: null,
  run: (model, context) => runLocalRules("merge-slices", [sliceOfSlice], model, context),
};
