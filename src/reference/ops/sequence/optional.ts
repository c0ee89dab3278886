import { isTensor, tensorFromNumbers } from "../../../ir/index.ts";
import { valueInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Optional: wraps the input, or is empty without one. */
export const optional: ReferenceOp = {
  domain: "",
  name: "Optional",
  run: (call) => [{ kind: "optional", value: call.inputs[0] }],
};

/** OptionalGetElement: the content of an optional; anything else passes through (opset 18). */
export const optionalGetElement: ReferenceOp = {
  domain: "",
  name: "OptionalGetElement",
  run(call) {
    const value = valueInput(call, 0);
    if (isTensor(value) || value.kind !== "optional") return [value];
    if (value.value === undefined) throw new RangeError("OptionalGetElement: the optional is empty");
    return [value.value];
  },
};

/** OptionalHasElement: false for an empty optional or an absent input, else true. */
export const optionalHasElement: ReferenceOp = {
  domain: "",
  name: "OptionalHasElement",
  run(call) {
    const [value] = call.inputs;
    const isEmpty = value === undefined || (!isTensor(value) && value.kind === "optional" && value.value === undefined);
    return [tensorFromNumbers("bool", [], [isEmpty ? 0 : 1])];
  },
};
