import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { stringAttr } from "../../ir/index.ts";
import { broadcast, broadcastDim, dtypeOf, reject, shapeOf, typed, types } from "./rules.ts";

const ellipsis = "...";

/** A term such as `ij...k` as labels; the ellipsis is one label. */
function labelsOf(context: InferContext, term: string): readonly string[] {
  const labels = term.match(/\.\.\.|[A-Za-z]/g) ?? [];
  if (labels.join("") !== term || labels.filter((label) => label === ellipsis).length > 1)
    reject(context, `cannot read the term "${term}" of the equation`);
  return labels;
}

/** Without `->` the output has the ellipsis first, then in alphabetical order the labels that occur once. */
function implicitOutput(terms: readonly (readonly string[])[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const label of terms.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const once = [...counts].filter(([label, count]) => count === 1 && label !== ellipsis).map(([label]) => label);
  return [...(counts.has(ellipsis) ? [ellipsis] : []), ...once.sort()];
}

/** Einsum: each label stands for one dimension, the ellipsis for broadcast leading ones. */
function inferEinsum(context: InferContext): InferResult {
  const equation = (stringAttr(context, "equation") ?? "").replaceAll(" ", "");
  const [left = "", right] = equation.split("->");
  const terms = left.split(",").map((term) => labelsOf(context, term));
  if (terms.length !== context.inputs.length)
    reject(context, `the equation has ${terms.length} terms for ${context.inputs.length} inputs`);
  const sizes = new Map<string, Dim>();
  let around: Shape | undefined = [];
  terms.forEach((labels, index) => {
    const shape = shapeOf(context, index);
    const hasEllipsis = labels.includes(ellipsis);
    if (shape === undefined) {
      if (hasEllipsis) around = undefined;
      return;
    }
    const extra = shape.length - (labels.length - (hasEllipsis ? 1 : 0));
    if (extra < 0 || (extra > 0 && !hasEllipsis)) reject(context, `term ${index} does not fit rank ${shape.length}`);
    let at = 0;
    for (const label of labels) {
      if (label === ellipsis) {
        around = around && broadcast(context, [around, shape.slice(at, at + extra)]);
        at += extra;
      } else {
        const dim = shape[at++];
        sizes.set(label, sizes.has(label) ? broadcastDim(context, sizes.get(label), dim) : dim);
      }
    }
  });
  const output = right === undefined ? implicitOutput(terms) : labelsOf(context, right);
  const dtype = context.inputs.map((_, index) => dtypeOf(context, index)).find((found) => found !== undefined);
  if (output.includes(ellipsis) && around === undefined) return types(typed(dtype, undefined));
  return types(
    typed(
      dtype,
      output.flatMap((label): Shape => (label === ellipsis ? (around ?? []) : [sizes.get(label)])),
    ),
  );
}

/** Einsum. */
export const einsumInference: readonly OpInference[] = [{ names: ["Einsum"], infer: inferEinsum }];
