import { dtypeFromCode, intAttr } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { uniformSource } from "./generator.ts";

/** Multinomial: class indices drawn from each row of unnormalized log-probabilities. */
export const multinomial: ReferenceOp = {
  domain: "",
  name: "Multinomial",
  run: (call) => {
    const x = tensorInput(call, 0);
    const [rows, classes] = x.shape as readonly [number, number];
    const samples = intAttr(call.node, "sample_size", 1);
    const uniform = uniformSource(call);
    const values = realsOf(x);
    const out = new Float64Array(rows * samples);
    for (let row = 0; row < rows; row++) {
      const line = values.subarray(row * classes, (row + 1) * classes);
      const top = line.reduce((a, b) => Math.max(a, b), -Infinity);
      const weights = line.map((value) => Math.exp(value - top));
      const total = weights.reduce((a, b) => a + b, 0);
      for (let s = 0; s < samples; s++) {
        let left = uniform() * total;
        let drawn = 0;
        while (drawn < classes - 1 && left >= (weights[drawn] as number)) left -= weights[drawn++] as number;
        out[row * samples + s] = drawn;
      }
    }
    return [encodeReals(dtypeFromCode(intAttr(call.node, "dtype", 6)) ?? "int32", [rows, samples], out)];
  },
};
