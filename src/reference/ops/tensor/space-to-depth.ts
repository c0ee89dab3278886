import { intAttr, stringAttr } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { withShape } from "../../numeric/with-shape.ts";
import { transposed } from "./transposed.ts";

/** SpaceToDepth: blocks of pixels become channels; mode DCR (the only order before opset 28) or CRD. */
export const spaceToDepth: ReferenceOp = {
  domain: "",
  name: "SpaceToDepth",
  run(call) {
    const data = tensorInput(call, 0);
    const block = intAttr(call.node, "blocksize", 1);
    const [n, c, h, w] = data.shape as readonly [number, number, number, number];
    const dcr = stringAttr(call.node, "mode", "DCR") === "DCR";
    const blocks = withShape(data, [n, c, h / block, block, w / block, block]);
    const moved = transposed(blocks, dcr ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]);
    return [withShape(moved, [n, c * block * block, h / block, w / block])];
  },
};
