import { floatsAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { mlOp } from "./ml-op.ts";

/** Scaler: (x - offset) scale, one pair for all features or one for each. */
export const scaler = mlOp("Scaler", (call) => {
  const x = tensorInput(call, 0);
  const [offset, scale] = [floatsAttr(call.node, "offset") ?? [0], floatsAttr(call.node, "scale") ?? [1]];
  const pick = (list: readonly number[], i: number): number => list[i % list.length] as number;
  const values = realsOf(x).map((value, i) => (value - pick(offset, i)) * pick(scale, i));
  return [encodeReals("float32", x.shape, values)];
});
