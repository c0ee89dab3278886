import type { Tensor } from "../../../ir/index.ts";
import { intAttr } from "../../../ir/index.ts";
import type { BinaryRule } from "../../numeric.ts";
import { combineElements, withShape } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/** An operator that combines two broadcast inputs of one type element by element. */
export function binary(name: string, rule: BinaryRule | ((call: OpCall) => BinaryRule)): ReferenceOp {
  return {
    domain: "",
    name,
    run: (call) => {
      const [a, b] = binaryOperands(call);
      return [combineElements(a, b, typeof rule === "function" ? rule(call) : rule)];
    },
  };
}

/**
 * Both inputs of a binary operator, the second one shaped so that the ordinary broadcasting rule holds: before opset 7
 * attribute `axis` told where its dimensions start.
 */
export function binaryOperands(call: OpCall): [Tensor, Tensor] {
  const [a, b] = [tensorInput(call, 0), tensorInput(call, 1)];
  const axis = intAttr(call.node, "axis");
  if (call.opset >= 7 || axis === undefined) return [a, b];
  const start = axis < 0 ? axis + a.shape.length : axis;
  const behind = Math.max(0, a.shape.length - start - b.shape.length);
  return [a, withShape(b, [...b.shape, ...new Array<number>(behind).fill(1)])];
}
