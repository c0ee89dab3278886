import type { Node, Value } from "../src/ir/index.ts";
import { intAttr } from "../src/ir/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { nonNegativeAxis, rankOf, shapeOf } from "./support/facts.ts";
import type { LocalRule } from "./support/local-rules.ts";
import { runLocalRules } from "./support/local-rules.ts";
import { removeIfDead } from "./support/replace.ts";

function axisOf(node: Node): number | undefined {
  const rank = rankOf(node.outputs[0]);
  const axis = intAttr(node, "axis");
  if (axis === undefined || (axis < 0 && rank === undefined)) return undefined;
  return nonNegativeAxis(axis, rank ?? 0);
}

/** Concat(Concat(a, b), c) -> Concat(a, b, c), when nothing else reads the inner one. */
const nested: LocalRule = {
  name: "nested",
  ops: ["Concat"],
  apply: (node) => {
    const axis = axisOf(node);
    if (axis === undefined) return undefined;
    const inputs: (Value | undefined)[] = [];
    const inner = new Set<Node>();
    for (const input of node.inputs) {
      const producer = input?.producer;
      const isInner = producer?.opType === "Concat" && producer.domain === "" && producer.graph === node.graph;
      if (isInner && input?.soleUser === node && axisOf(producer) === axis) {
        inner.add(producer);
        inputs.push(...producer.inputs);
      } else inputs.push(input);
    }
    if (inner.size === 0) return undefined;
    node.graph.setInputs(node, inputs);
    for (const producer of inner) removeIfDead(producer);
    return `takes the inputs of ${inner.size} inner Concat`;
  },
};

/** Concat drops inputs of length 0 along its axis, such as the empty state with which exporters begin a sequence. */
const emptyInputs: LocalRule = {
  name: "empty-inputs",
  ops: ["Concat"],
  apply: (node) => {
    const axis = axisOf(node);
    if (axis === undefined) return undefined;
    const kept = node.inputs.filter((input) => shapeOf(input)?.[axis] !== 0);
    if (kept.length === 0 || kept.length === node.inputs.length) return undefined;
    const dropped = node.inputs.length - kept.length;
    node.graph.setInputs(node, kept);
    return `${dropped} empty inputs dropped`;
  },
};

const rules = [nested, emptyInputs];

/** Makes one Concat of nested ones and drops empty inputs. */
export const mergeConcats: Pass<null> = {
  name: "merge-concats",
  summary: "makes one Concat of nested ones on the same axis and drops empty inputs",
  stage: "simplify",
  preserves: "bits",
  rules: rules.map((rule) => rule.name),
  defaults: null,
  run: (model, context) => runLocalRules("merge-concats", rules, model, context),
};
