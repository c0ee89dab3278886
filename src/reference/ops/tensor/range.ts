import { isInteger } from "../../../ir/index.ts";
import { bigintArrayOf, realsOf } from "../../numeric/decode.ts";
import { encodeBigints, encodeReals } from "../../numeric/encode.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Range: start, start + delta, … up to but not including the limit; ceil((limit - start) / delta) elements. */
export const range: ReferenceOp = {
  domain: "",
  name: "Range",
  run(call) {
    const operands = [0, 1, 2].map((index) => tensorInput(call, index));
    const { dtype } = tensorInput(call, 0);
    if (isInteger(dtype)) {
      const [start, limit, delta] = operands.map((operand) => bigintArrayOf(operand)[0]) as [bigint, bigint, bigint];
      const away = delta > 0n ? limit - start : start - limit;
      const step = delta > 0n ? delta : -delta;
      const count = away <= 0n ? 0 : Number((away + step - 1n) / step);
      return [
        encodeBigints(
          dtype,
          [count],
          Array.from({ length: count }, (_, i) => start + BigInt(i) * delta),
        ),
      ];
    }
    const [start, limit, delta] = operands.map((operand) => realsOf(operand)[0]) as [number, number, number];
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    return [
      encodeReals(
        dtype,
        [count],
        Float64Array.from({ length: count }, (_, i) => start + i * delta),
      ),
    ];
  },
};
