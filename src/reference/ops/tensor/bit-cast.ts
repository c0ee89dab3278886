import { dtypeFromCode, dtypes, intAttr, tensorFromBytes } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** BitCast: the same bits read as another element type of the same width. */
export const bitCast: ReferenceOp = {
  domain: "",
  name: "BitCast",
  run(call) {
    const data = tensorInput(call, 0);
    const to = dtypeFromCode(intAttr(call.node, "to", 0));
    if (to === undefined || dtypes[to].bits !== dtypes[data.dtype].bits)
      throw new TypeError(`BitCast: ${data.dtype} is not as wide as ${to ?? "the type asked for"}`);
    return [tensorFromBytes(to, data.shape, data.bytes())];
  },
};
