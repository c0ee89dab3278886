import { intAttr } from "../../../ir/index.ts";
import { integersOf } from "../../numeric/decode.ts";
import { takeElements } from "../../numeric/take.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { tupleBlocks } from "./tuple-blocks.ts";

/** GatherND: the slices that index tuples name, within each of `batch_dims` shared leading dimensions (opset 12). */
export const gatherND: ReferenceOp = {
  domain: "",
  name: "GatherND",
  run(call) {
    const data = tensorInput(call, 0);
    const wanted = tensorInput(call, 1);
    const batchDims = intAttr(call.node, "batch_dims", 0);
    const { starts, length } = tupleBlocks(data.shape, wanted.shape, integersOf(wanted), batchDims);
    const indices = new Int32Array(starts.length * length);
    starts.forEach((start, block) => {
      for (let i = 0; i < length; i++) indices[block * length + i] = start + i;
    });
    const width = wanted.shape.at(-1) as number;
    return [takeElements(data, [...wanted.shape.slice(0, -1), ...data.shape.slice(batchDims + width)], indices)];
  },
};
