import type { Attribute, Graph, Model, Node, Tensor, Value } from "../../../src/ir/index.ts";
import { attr, int64Tensor, tensorFromNumbers } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { takeAlong, zeroAlong } from "../../../src/prune/index.ts";
import { keyOf } from "./channel-flow.ts";
import type { ChannelPruningPlan, NodeEdit, ParameterCut } from "./plan.ts";

/** The part of a plan that says what to write. */
export type PruningChanges = Pick<ChannelPruningPlan, "cuts" | "edits" | "values">;

const greatestInt64 = (1n << 63n) - 1n;

/**
 * Carries out a plan on the model it was made for (or a copy), in place. `shrink` takes the channels out and infers the
 * types anew; `mask` keeps all shapes and writes zeros into the filters, biases and input slices of the channels instead:
 * the outputs of the two are equal but for rounding. A plan for another model is a plain Error.
 */
export function applyChannelPruning(model: Model, changes: PruningChanges, mode: "shrink" | "mask"): void {
  const { graph } = model;
  const nodes = new Map<string, Node>();
  for (const node of graph.nodes()) nodes.set(keyOf(node), node);
  const nodeNamed = (name: string): Node => nodes.get(name) ?? missing(name);
  writeCuts(graph, changes.cuts, nodeNamed, mode);
  if (mode === "mask") return;
  for (const edit of changes.edits) writeEdit(graph, nodeNamed(edit.node), edit);
  const sizes = new Map(changes.values.map(({ value, axis, size }) => [value, { axis, size }]));
  for (const node of graph.nodes())
    for (const output of node.outputs) {
      const change = output === undefined ? undefined : sizes.get(output.name);
      if (change === undefined || output?.type?.kind !== "tensor") continue;
      const shape = output.type.shape?.map((dim, i) => (i === change.axis ? change.size : dim));
      output.type = { ...output.type, shape };
    }
  inferTypes(model, { onConflict: "replace" });
}

function missing(name: string): never {
  throw new Error(`the plan names the node of "${name}", which the graph does not have`);
}

/** Writes the cut constants; readers that cut the same from one constant share the result. */
function writeCuts(
  graph: Graph,
  cuts: readonly ParameterCut[],
  nodeNamed: (name: string) => Node,
  mode: "shrink" | "mask",
): void {
  const made = new Map<string, Value>();
  const replacements = new Map<Value, Value>();
  for (const cut of cuts) {
    const node = nodeNamed(cut.node);
    const source = node.input(cut.input);
    if (source?.constant === undefined || source.name !== cut.constant)
      throw new Error(`input ${cut.input} of "${cut.node}" is not the constant "${cut.constant}" of the plan`);
    const key = JSON.stringify([source.name, cut.axes]);
    const known = made.get(key);
    const value = known ?? graph.addConstant(source.name, cutTensor(source.constant, cut, mode));
    made.set(key, value);
    graph.setInput(node, cut.input, value);
    if (!replacements.has(source)) replacements.set(source, value);
  }
  for (const [source, value] of replacements) retire(graph, source, value);
}

function cutTensor(tensor: Tensor, { axes }: ParameterCut, mode: "shrink" | "mask"): Tensor {
  let result = tensor;
  for (const { axis, kept, zeroWhenMasked } of axes)
    if (mode === "shrink") result = takeAlong(result, axis, kept);
    else if (zeroWhenMasked) result = zeroAlong(result, axis, kept);
  return result;
}

/** Drops a constant that nothing reads any more; what stands in its place takes over its name. */
function retire(graph: Graph, source: Value, value: Value): void {
  if (source.uses.size > 0 || source.isInput) return;
  graph.removeConstant(source);
  graph.rename(value, source.name);
}

function writeEdit(graph: Graph, node: Node, edit: NodeEdit): void {
  if ("attribute" in edit) return graph.setAttribute(node, edit.attribute, attributeOf(edit.value));
  const source = node.input(edit.input);
  const tensor = integerTensor(source?.constant, edit.values);
  const value = graph.addConstant(source?.name ?? `${node.name || node.opType}_${edit.input}`, tensor);
  graph.setInput(node, edit.input, value);
  if (source !== undefined) retire(graph, source, value);
}

function attributeOf(value: number | readonly number[] | undefined): Attribute | undefined {
  if (value === undefined) return undefined;
  return typeof value === "number" ? attr.int(value) : attr.ints(value);
}

/** Integers in the form of the old constant; numbers beyond int64 (from INT64_MAX, which is no double) are cut to it. */
function integerTensor(old: Tensor | undefined, values: readonly number[]): Tensor {
  if (old !== undefined && old.dtype !== "int64") return tensorFromNumbers(old.dtype, old.shape, values);
  const exact = values.map((value) => (value >= 2 ** 63 ? greatestInt64 : BigInt(value)));
  return int64Tensor(exact, old?.shape ?? [values.length]);
}
