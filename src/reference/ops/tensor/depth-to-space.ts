import { intAttr, stringAttr } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { withShape } from "../../numeric/with-shape.ts";
import { transposed } from "./transposed.ts";

/** DepthToSpace: blocks of channels become blocks of pixels; mode DCR (depth first) or CRD (column, row, depth). */
export const depthToSpace: ReferenceOp = {
  domain: "",
  name: "DepthToSpace",
  run(call) {
    const data = tensorInput(call, 0);
    const block = intAttr(call.node, "blocksize", 1);
    const [n, c, h, w] = data.shape as readonly [number, number, number, number];
    const depth = c / (block * block);
    const dcr = stringAttr(call.node, "mode", "DCR") === "DCR";
    const blocks = withShape(data, dcr ? [n, block, block, depth, h, w] : [n, depth, block, block, h, w]);
    const moved = transposed(blocks, dcr ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]);
    return [withShape(moved, [n, depth, h * block, w * block])];
  },
};
