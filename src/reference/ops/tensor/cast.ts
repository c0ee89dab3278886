import { dtypeFromCode, intAttr, stringAttr } from "../../../ir/index.ts";
import type { SmallFloatOptions } from "../../numeric/small-float.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { castElements } from "./cast-elements.ts";

/** Cast: to the element type `to`; saturate (opset 19) and round_mode (24) steer the 4- and 8-bit floats. */
export const cast: ReferenceOp = {
  domain: "",
  name: "Cast",
  run(call) {
    const code = intAttr(call.node, "to", 0);
    const to = dtypeFromCode(code);
    if (to === undefined) throw new RangeError(`Cast: no element type ${code}`);
    return [castElements(tensorInput(call, 0), to, conversionOf(call))];
  },
};

/** CastLike: to the element type of the second input. */
export const castLike: ReferenceOp = {
  domain: "",
  name: "CastLike",
  run: (call) => [castElements(tensorInput(call, 0), tensorInput(call, 1).dtype, conversionOf(call))],
};

function conversionOf({ node }: OpCall): SmallFloatOptions {
  const mode = stringAttr(node, "round_mode", "up");
  if (mode !== "up" && mode !== "down" && mode !== "nearest") throw new RangeError(`no round_mode "${mode}"`);
  return { saturate: intAttr(node, "saturate", 1) !== 0, scaleRounding: mode };
}
