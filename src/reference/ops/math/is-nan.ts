import { intAttr } from "../../../ir/index.ts";
import { mapElements } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** IsNaN: true where x is not a number. */
export const isNaNOp: ReferenceOp = {
  domain: "",
  name: "IsNaN",
  run: (call) => [mapElements(tensorInput(call, 0), { real: (x) => (Number.isNaN(x) ? 1 : 0) }, "bool")],
};

/** IsInf: true where x is infinite with a sign that the attributes ask for. */
export const isInf: ReferenceOp = {
  domain: "",
  name: "IsInf",
  run: (call) => {
    const negative = intAttr(call.node, "detect_negative", 1) === 1;
    const positive = intAttr(call.node, "detect_positive", 1) === 1;
    const holds = (x: number): boolean => (positive && x === Infinity) || (negative && x === -Infinity);
    return [mapElements(tensorInput(call, 0), { real: (x) => (holds(x) ? 1 : 0) }, "bool")];
  },
};
