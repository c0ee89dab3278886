import type { Node } from "../../src/ir/index.ts";
import { attr, floatsAttr, stringAttr, tensorFromElements } from "../../src/ir/index.ts";
import type { OpsetStep } from "./step.ts";
import { giveConstant } from "./step.ts";

function scalesToInput(node: Node): undefined {
  const scales = floatsAttr(node, "scales");
  if (scales === undefined) return undefined;
  node.graph.setAttribute(node, "scales", undefined);
  giveConstant(node, 1, "scales", tensorFromElements("float32", [scales.length], Float32Array.from(scales)));
  return undefined;
}

function upsampleToResize(node: Node): undefined {
  node.opType = "Resize";
  return undefined;
}

/** Resize of opset 10 samples at floor(x / scale), without regard to pixel centres. */
function namedCoordinates(node: Node): undefined {
  const { graph } = node;
  const scales = node.input(1);
  const empty = graph.addConstant(`${node.output.name}_roi`, tensorFromElements("float32", [0], new Float32Array()));
  graph.setInputs(node, [node.input(0), empty, scales]);
  graph.setAttribute(node, "coordinate_transformation_mode", attr.string("asymmetric"));
  if (stringAttr(node, "mode", "nearest") === "nearest") graph.setAttribute(node, "nearest_mode", attr.string("floor"));
  return undefined;
}

/** Upsample to Resize, and Resize from form to form. */
export const resizeSteps: readonly OpsetStep[] = [
  { ops: ["Upsample"], to: 9, convert: scalesToInput },
  { ops: ["Upsample"], to: 10, convert: upsampleToResize },
  { ops: ["Resize"], to: 11, convert: namedCoordinates },
  {
    ops: ["Resize"],
    to: 13,
    convert: (node) =>
      stringAttr(node, "coordinate_transformation_mode") === "tf_half_pixel_for_nn"
        ? "coordinate_transformation_mode tf_half_pixel_for_nn ended with opset 12"
        : undefined,
  },
];
