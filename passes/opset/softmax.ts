import type { Node } from "../../src/ir/index.ts";
import { attr, int64Tensor, intAttr, tensorType } from "../../src/ir/index.ts";
import { reshapeTarget } from "../reshape/target.ts";
import { dtypeOf, nonNegativeAxis, shapeOf } from "../support/facts.ts";
import type { OpsetStep } from "./step.ts";

/**
 * Before opset 13 the input counts as a matrix, all axes from `axis` on being its columns. One axis says the same where
 * all others of these have size 1; else the node works between a Flatten and a Reshape.
 */
function convert(node: Node): string | undefined {
  const input = node.input(0);
  const shape = shapeOf(input);
  const written = intAttr(node, "axis", 1);
  if (input === undefined) return "it has no input";
  if (shape === undefined && written !== -1) return "the rank of its input is unknown";
  const axis = shape === undefined ? written : nonNegativeAxis(written, shape.length);
  const columns = shape?.map((_, i) => i).filter((i) => i >= axis) ?? [];
  const long = columns.filter((i) => shape?.[i] !== 1);
  if (shape === undefined || long.length <= 1) {
    const only = long[0] ?? columns.at(-1) ?? written;
    node.graph.setAttribute(node, "axis", attr.int(only));
    return undefined;
  }
  wrapInMatrix(node, axis);
  return undefined;
}

function wrapInMatrix(node: Node, axis: number): void {
  const { graph } = node;
  const input = node.input(0);
  const output = node.output;
  const dtype = dtypeOf(input);
  if (input === undefined || dtype === undefined) return;
  const label = node.name === "" ? output.name : node.name;
  const matrix = tensorType(dtype, [undefined, undefined]);
  const fresh = (hint: string): string => graph.names.fresh(`${label}_${hint}`);
  const names = { flatten: fresh("flatten"), matrix: fresh("matrix"), shape: fresh("shape") };
  const flat = graph.insertBefore(node, {
    opType: "Flatten",
    name: names.flatten,
    inputs: [input],
    outputs: [{ name: names.flatten, type: matrix }],
    attributes: { axis: attr.int(axis) },
  });
  const work = graph.insertBefore(node, {
    opType: node.opType,
    name: names.matrix,
    inputs: [flat.output],
    outputs: [{ name: names.matrix, type: matrix }],
    attributes: { axis: attr.int(-1) },
  });
  const wanted = shapeOf(input);
  const target = reshapeTarget(undefined, wanted);
  const shape =
    target === undefined
      ? graph.insertBefore(node, {
          opType: "Shape",
          name: names.shape,
          inputs: [input],
          outputs: [{ name: names.shape, type: tensorType("int64", [wanted?.length]) }],
        }).output
      : graph.addInitializer(names.shape, int64Tensor(target));
  node.opType = "Reshape";
  graph.setAttribute(node, "axis", undefined);
  graph.setInputs(node, [work.output, shape]);
}

/** Softmax and its kin from the matrix form to the form along one axis. */
export const softmaxSteps: readonly OpsetStep[] = [{ ops: ["Softmax", "LogSoftmax", "Hardmax"], to: 13, convert }];
