import { floatAttr } from "../../../ir/index.ts";
import { mapElements } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { mlOp } from "./ml-op.ts";

/** Binarizer: 1 above the threshold, else 0. */
export const binarizer = mlOp("Binarizer", (call) => {
  const threshold = floatAttr(call.node, "threshold", 0);
  const rule = {
    real: (x: number) => (x > threshold ? 1 : 0),
    bigint: (x: bigint) => (Number(x) > threshold ? 1n : 0n),
  };
  return [mapElements(tensorInput(call, 0), rule)];
});
