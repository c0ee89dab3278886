import type { Tensor } from "../../../ir/index.ts";
import type { BinaryRule } from "../../numeric.ts";
import { combineElements } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** An operator that folds any number of broadcast inputs of one type with an associative rule. */
export function variadic(name: string, rule: BinaryRule): ReferenceOp {
  return {
    domain: "",
    name,
    run: (call) => {
      const first = tensorInput(call, 0);
      let result: Tensor = first;
      for (let i = 1; i < call.inputs.length; i++) result = combineElements(result, tensorInput(call, i), rule);
      return [result];
    },
  };
}
