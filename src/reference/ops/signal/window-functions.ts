import { dtypeFromCode, intAttr } from "../../../ir/index.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { integersInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** HannWindow: 0.5 - 0.5 cos(x). */
export const hannWindow: ReferenceOp = cosineWindow("HannWindow", [0.5, 0.5, 0]);

/** HammingWindow: 25/46 - 21/46 cos(x). */
export const hammingWindow: ReferenceOp = cosineWindow("HammingWindow", [25 / 46, 21 / 46, 0]);

/** BlackmanWindow: 0.42 - 0.5 cos(x) + 0.08 cos(2x). */
export const blackmanWindow: ReferenceOp = cosineWindow("BlackmanWindow", [0.42, 0.5, 0.08]);

/** A window of cosines over one turn, which ends after the last point when periodic and at it when symmetric. */
function cosineWindow(name: string, [a, b, c]: readonly [number, number, number]): ReferenceOp {
  return {
    domain: "",
    name,
    run(call) {
      const size = integersInput(call, 0)?.[0] ?? 0;
      const periodic = intAttr(call.node, "periodic", 1) !== 0;
      const dtype = dtypeFromCode(intAttr(call.node, "output_datatype", 1)) ?? "float32";
      const turn = (2 * Math.PI) / (periodic ? size : size - 1);
      const values = Float64Array.from(
        { length: size },
        (_, n) => a - b * Math.cos(n * turn) + c * Math.cos(2 * n * turn),
      );
      return [encodeReals(dtype, [size], values)];
    },
  };
}
