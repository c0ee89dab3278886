import { broadcastIndices, broadcastShapes, pickElements, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Where: elements of input 1 where the condition holds, of input 2 elsewhere; all three broadcast. */
export const where: ReferenceOp = {
  domain: "",
  name: "Where",
  run: (call) => {
    const [condition, x, y] = [tensorInput(call, 0), tensorInput(call, 1), tensorInput(call, 2)];
    const shape = broadcastShapes(condition.shape, x.shape, y.shape);
    const flags = realsOf(condition);
    const atFlag = broadcastIndices(condition.shape, shape);
    const at = [broadcastIndices(x.shape, shape), broadcastIndices(y.shape, shape)];
    const size = shape.reduce((product, dim) => product * dim, 1);
    const from = Uint8Array.from({ length: size }, (_, i) => (flags[atFlag?.[i] ?? i] === 0 ? 1 : 0));
    const indices = Int32Array.from({ length: size }, (_, i) => at[from[i] as number]?.[i] ?? i);
    return [pickElements([x, y], shape, indices, from)];
  },
};
