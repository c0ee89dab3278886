import type { Tensor } from "../../../ir/index.ts";
import { floatAttr } from "../../../ir/index.ts";
import { mapElements, scalarsOf } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Clip: min(max(x, low), high), the bounds as inputs or, before opset 11, as attributes. */
export const clip: ReferenceOp = {
  domain: "",
  name: "Clip",
  run: (call) => {
    const x = tensorInput(call, 0);
    const low = bound(optionalTensorInput(call, 1)) ?? floatAttr(call.node, "min");
    const high = bound(optionalTensorInput(call, 2)) ?? floatAttr(call.node, "max");
    return [
      mapElements(x, {
        real: (v) => Math.min(Math.max(v, Number(low ?? -Infinity)), Number(high ?? Infinity)),
        bigint: (v) => {
          const raised = typeof low === "bigint" && v < low ? low : v;
          return typeof high === "bigint" && raised > high ? high : raised;
        },
      }),
    ];
  },
};

function bound(tensor: Tensor | undefined): number | bigint | undefined {
  return tensor === undefined ? undefined : (scalarsOf(tensor)[0] as number | bigint | undefined);
}
