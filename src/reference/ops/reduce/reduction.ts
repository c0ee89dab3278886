import type { Tensor } from "../../../ir/index.ts";
import { intAttr } from "../../../ir/index.ts";
import { bigintArrayOf, domainOf, encodeBigints, encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { reducedAxes } from "./axes.ts";
import { reductionGroups } from "./groups.ts";

/** How a reduction folds one group of elements; an empty group gives what the fold of nothing is. */
export interface ReductionRule {
  /** `values` may be overwritten. */
  readonly real: (values: Float64Array, input: Tensor) => number;
  /** For 64-bit integers, where the result of doubles is not exact enough. */
  readonly bigint?: (values: readonly bigint[], input: Tensor) => bigint;
}

/** An operator of the Reduce family. */
export function reduction(name: string, rule: ReductionRule): ReferenceOp {
  return {
    domain: "",
    name,
    run: (call) => {
      const x = tensorInput(call, 0);
      const axes = reducedAxes(call, x.shape.length);
      const { starts, members, shape } = reductionGroups(x.shape, axes, intAttr(call.node, "keepdims", 1) === 1);
      const { bigint } = rule;
      if (domainOf(x.dtype) === "bigint" && bigint !== undefined) {
        const source = bigintArrayOf(x);
        const fold = (start: number): bigint =>
          bigint(
            Array.from(members, (at) => source[start + at] as bigint),
            x,
          );
        return [encodeBigints(x.dtype, shape, Array.from(starts, fold))];
      }
      const source = realsOf(x);
      const group = new Float64Array(members.length);
      const out = Float64Array.from(starts, (start) => {
        for (let m = 0; m < group.length; m++) group[m] = source[start + (members[m] as number)] as number;
        return rule.real(group, x);
      });
      return [encodeReals(x.dtype, shape, out)];
    },
  };
}
