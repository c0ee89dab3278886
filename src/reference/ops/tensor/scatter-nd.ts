import { stringAttr } from "../../../ir/index.ts";
import { integersOf } from "../../numeric/decode.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { scattered } from "./scattered.ts";
import { tupleBlocks } from "./tuple-blocks.ts";

/** ScatterND: puts slices of the updates where index tuples say; reductions since opset 16. */
export const scatterND: ReferenceOp = {
  domain: "",
  name: "ScatterND",
  run(call) {
    const data = tensorInput(call, 0);
    const wanted = tensorInput(call, 1);
    const { starts, length } = tupleBlocks(data.shape, wanted.shape, integersOf(wanted), 0);
    const positions = new Int32Array(starts.length * length);
    starts.forEach((start, block) => {
      for (let i = 0; i < length; i++) positions[block * length + i] = start + i;
    });
    return [scattered(data, positions, tensorInput(call, 2), stringAttr(call.node, "reduction", "none"))];
  },
};
