import { sizeOf, stringAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf, stridedIndices, stridesOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Einsum: products over the labels of an equation, summed over those that the output does not name. */
export const einsum: ReferenceOp = {
  domain: "",
  name: "Einsum",
  run: (call) => {
    const operands = call.inputs.map((_, i) => tensorInput(call, i));
    const shapes = operands.map(({ shape }) => shape);
    const { terms, output } = labelsOf(stringAttr(call.node, "equation", ""), shapes);
    const sizes = new Map<string, number>();
    terms.forEach((labels, t) => {
      labels.forEach((label, axis) => {
        const dim = shapes[t]?.[axis] as number;
        const known = sizes.get(label);
        if (known === undefined || known === 1) sizes.set(label, dim);
        else if (dim !== 1 && dim !== known) throw new RangeError(`label ${label} is both ${known} and ${dim}`);
      });
    });
    const summed = [...sizes.keys()].filter((label) => !output.includes(label));
    const sizesOf = (labels: readonly string[]): number[] => labels.map((label) => sizes.get(label) as number);
    const walks = terms.map((labels, t) => {
      const steps = stepsOf(labels, shapes[t] as readonly number[]);
      const walk = (over: readonly string[]): Int32Array =>
        stridedIndices(
          sizesOf(over),
          over.map((label) => steps.get(label) ?? 0),
        );
      return { values: realsOf(operands[t] as (typeof operands)[number]), starts: walk(output), members: walk(summed) };
    });
    const shape = sizesOf(output);
    const members = sizeOf(sizesOf(summed));
    const out = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      let total = 0;
      for (let m = 0; m < members; m++) {
        let product = 1;
        for (const { values, starts, members: inner } of walks) {
          product *= values[(starts[i] as number) + (inner[m] as number)] as number;
        }
        total += product;
      }
      return total;
    });
    return [encodeReals(tensorInput(call, 0).dtype, shape, out)];
  },
};

/** Stride of each label in one operand; a repeated label walks the diagonal, a dimension of 1 stands still. */
function stepsOf(labels: readonly string[], shape: readonly number[]): Map<string, number> {
  const strides = stridesOf(shape);
  const steps = new Map<string, number>();
  labels.forEach((label, axis) => {
    const step = shape[axis] === 1 ? 0 : (strides[axis] as number);
    steps.set(label, (steps.get(label) ?? 0) + step);
  });
  return steps;
}

/** Labels of each axis; the axes of an ellipsis become `.0`, `.1` … counted from the right, so that they broadcast. */
function labelsOf(equation: string, shapes: readonly (readonly number[])[]): { terms: string[][]; output: string[] } {
  const [left, right] = equation.replace(/\s/g, "").split("->") as [string, string | undefined];
  const expand = (term: string, ellipsis: number): string[] =>
    [...term.replace("...", "\u2026")].flatMap((letter) =>
      letter === "\u2026" ? Array.from({ length: ellipsis }, (_, i) => `.${ellipsis - 1 - i}`) : [letter],
    );
  const texts = left.split(",");
  if (texts.length !== shapes.length) throw new RangeError(`"${equation}" has ${texts.length} terms`);
  const hidden = texts.map((text, i) =>
    text.includes("...") ? (shapes[i]?.length ?? 0) - text.replace("...", "").length : 0,
  );
  const terms = texts.map((text, i) => expand(text, hidden[i] as number));
  const widest = Math.max(...hidden);
  if (right !== undefined) return { terms, output: expand(right, widest) };
  const letters = terms.flat().filter((label) => !label.startsWith("."));
  const once = letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label)).sort();
  return { terms, output: [...expand(widest > 0 ? "..." : "", widest), ...once] };
}
