import type { Node } from "../../../src/ir/index.ts";
import { intAttr } from "../../../src/ir/index.ts";
import type { ConvOp } from "./integer-graph.ts";
import { reachesAll } from "./phases.ts";
import { padsOf, transposedPadsOf, windowOf } from "./window.ts";

/** What a convolution is, whatever its elements are. */
export type ConvForm = Pick<ConvOp, "outputs" | "groups" | "window" | "pads" | "layout">;

/** The form of a convolution, transposed with `iohw`, from the shapes of its weights and maps; or why it has no kernel. */
export function convForm(
  node: Node,
  weights: readonly number[],
  layout: "oihw" | "iohw",
  input: readonly number[],
  result: readonly number[],
): ConvForm | string {
  const [first, second, kh, kw] = weights as readonly [number, number, number, number];
  const window = windowOf(node, [kh, kw]);
  const groups = intAttr(node, "group", 1);
  if (layout === "oihw") {
    const pads = padsOf(node, input, window);
    if (groups * second !== input[1] || first % groups !== 0) return "channels that do not divide into groups";
    return pads === undefined ? "unknown padding" : { outputs: first, groups, window, pads, layout };
  }
  if (first !== input[1] || first % groups !== 0) return "channels that do not divide into groups";
  const pads = transposedPadsOf(node);
  if (pads === undefined) return "transposed convolution whose padding follows from the size of its result";
  const output = [result[2] as number, result[3] as number] as const;
  if (!reachesAll({ window, pads, output })) return "transposed convolution with results that no input reaches";
  return { outputs: second * groups, groups, window, pads, layout };
}
