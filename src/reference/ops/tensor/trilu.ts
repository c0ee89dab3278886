import { intAttr } from "../../../ir/index.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Trilu: keeps the upper (default) or lower triangle of the last two axes from diagonal `k` on; zero elsewhere. */
export const trilu: ReferenceOp = {
  domain: "",
  name: "Trilu",
  run(call) {
    const data = tensorInput(call, 0);
    const k = integersInput(call, 1)?.[0] ?? 0;
    const upper = intAttr(call.node, "upper", 1) !== 0;
    const columns = data.shape.at(-1);
    const rows = data.shape.at(-2);
    if (rows === undefined || columns === undefined) throw new RangeError("Trilu: the input is not a matrix");
    const size = data.shape.reduce((product, dim) => product * dim, 1);
    const indices = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const diagonal = (i % columns) - (Math.floor(i / columns) % rows);
      indices[i] = (upper ? diagonal >= k : diagonal <= k) ? i : -1;
    }
    return [takeElements(data, data.shape, indices)];
  },
};
