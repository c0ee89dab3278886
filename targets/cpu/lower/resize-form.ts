import type { Node } from "../../../src/ir/index.ts";
import { intAttr, numbersOf, sameDim, sizeOf, stringAttr } from "../../../src/ir/index.ts";
import type { ResizeOp } from "./integer-graph.ts";

/** How a Resize of two spatial dimensions works. */
export type ResizeForm = Pick<ResizeOp, "mode" | "coordinates" | "rounding" | "scale">;

/** The form of a Resize from `input` to `output`; a string says why it is left alone. */
export function resizeForm(node: Node, input: readonly number[], output: readonly number[]): ResizeForm | string {
  if (input.length !== 4) return "only two spatial dimensions";
  if (input[1] !== output[1]) return "channels are resized";
  const mode = stringAttr(node, "mode", "nearest");
  const coordinates = stringAttr(node, "coordinate_transformation_mode", "half_pixel");
  const rounding = stringAttr(node, "nearest_mode", "round_prefer_floor");
  if (!isOneOf(modes, mode)) return `${mode} interpolation`;
  if (intAttr(node, "antialias", 0) !== 0) return "a resize that smooths";
  if (!keepsBatch(node)) return "the batch dimension is resized";
  const scale = resizeScale(node, input, output);
  if (scale === undefined) return "factors are not constants";
  if (!isOneOf(coordinateModes, coordinates) || !isOneOf(roundings, rounding)) return "unusual coordinates";
  return { mode, coordinates, rounding, scale };
}

/** Whether the result has the batch of the input: {@link resizeForm} gets shapes of one sample. */
function keepsBatch(node: Node): boolean {
  const [before, after] = [node.input(0), node.output].map((value) =>
    value?.type?.kind === "tensor" ? value.type.shape?.[0] : undefined,
  );
  return before !== undefined && after !== undefined && sameDim(before, after);
}

/** Factors of the two spatial dimensions: as given, or output ÷ input where sizes are given. */
function resizeScale(
  node: Node,
  input: readonly number[],
  output: readonly number[],
): readonly [number, number] | undefined {
  if (node.attributes.has("axes")) return undefined;
  const [, , factors] = node.inputs;
  if (factors?.constant !== undefined && sizeOf(factors.constant.shape) === 4) {
    const [batch, channels, rows, columns] = Array.from(numbersOf(factors.constant));
    // A factor of the channels picks others of them also where it leaves their number alone.
    if (!factors.isConstant || batch !== 1 || channels !== 1) return undefined;
    return [rows as number, columns as number];
  }
  if (node.input(3)?.isConstant !== true || stringAttr(node, "keep_aspect_ratio_policy", "stretch") !== "stretch")
    return undefined;
  const ratio = (axis: number): number => Math.fround((output[axis] as number) / (input[axis] as number));
  return [ratio(2), ratio(3)];
}

const modes = ["nearest", "linear"] as const;
const coordinateModes = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"] as const;
const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;

function isOneOf<T extends string>(list: readonly T[], text: string): text is T {
  return (list as readonly string[]).includes(text);
}
