import { dtypeFromCode, intAttr } from "../../../ir/index.ts";
import { mapElements } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { uniformSource } from "./generator.ts";

/** Bernoulli: 1 with the probability that each element gives. */
export const bernoulli: ReferenceOp = {
  domain: "",
  name: "Bernoulli",
  run: (call) => {
    const x = tensorInput(call, 0);
    const uniform = uniformSource(call);
    const to = dtypeFromCode(intAttr(call.node, "dtype", 0)) ?? x.dtype;
    return [mapElements(x, { real: (p) => (uniform() < p ? 1 : 0) }, to)];
  },
};
