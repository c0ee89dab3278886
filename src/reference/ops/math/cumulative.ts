import type { Tensor } from "../../../ir/index.ts";
import { intAttr } from "../../../ir/index.ts";
import { axisView, bigintArrayOf, domainOf, encodeBigints, encodeReals, integersOf, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/** CumSum: running sums along the axis given by input 1. */
export const cumSum = cumulative("CumSum", { start: 0, real: (a, b) => a + b, bigint: (a, b) => a + b });
/** CumProd: running products along the axis given by input 1. */
export const cumProd = cumulative("CumProd", { start: 1, real: (a, b) => a * b, bigint: (a, b) => a * b });

interface Running {
  readonly start: number;
  readonly real: (a: number, b: number) => number;
  readonly bigint: (a: bigint, b: bigint) => bigint;
}

function cumulative(name: string, rule: Running): ReferenceOp {
  return { domain: "", name, run: (call) => [accumulate(call, rule)] };
}

function accumulate(call: OpCall, rule: Running): Tensor {
  const x = tensorInput(call, 0);
  const positions = orderAlong(call, x, integersOf(tensorInput(call, 1))[0] ?? 0);
  if (domainOf(x.dtype) === "bigint") {
    const values = Array.from(bigintArrayOf(x));
    running(values, positions, BigInt(rule.start), rule.bigint, intAttr(call.node, "exclusive", 0) === 1);
    return encodeBigints(x.dtype, x.shape, values);
  }
  const values = realsOf(x);
  running(values, positions, rule.start, rule.real, intAttr(call.node, "exclusive", 0) === 1);
  return encodeReals(x.dtype, x.shape, values);
}

/** Positions of the elements, line after line along the axis, each line in the order of accumulation. */
function orderAlong(call: OpCall, x: Tensor, axis: number): number[][] {
  const { outer, length, inner } = axisView(x.shape, axis);
  const reverse = intAttr(call.node, "reverse", 0) === 1;
  return Array.from({ length: outer * inner }, (_, line) => {
    const base = Math.floor(line / inner) * length * inner + (line % inner);
    return Array.from({ length }, (_, k) => base + (reverse ? length - 1 - k : k) * inner);
  });
}

function running<T>(
  values: { [at: number]: T },
  lines: readonly (readonly number[])[],
  start: T,
  combine: (a: T, b: T) => T,
  exclusive: boolean,
): void {
  for (const line of lines) {
    let total = start;
    for (const at of line) {
      const next = combine(total, values[at] as T);
      values[at] = exclusive ? total : next;
      total = next;
    }
  }
}
