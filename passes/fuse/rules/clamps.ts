import type { DType, Node } from "../../../src/ir/index.ts";
import type { Rule } from "../../../src/rewrite/index.ts";
import { anyValue, constant, oneOf, op, optional, rule } from "../../../src/rewrite/index.ts";
import { dtypeOf } from "../../support/facts.ts";
import type { Clamp } from "../clamp.ts";
import { buildClamp, clampOf, clampOps, composeClamps, isIdle } from "../clamp.ts";

const rest = [optional(anyValue()), optional(anyValue())] as const;
const isClamp = (node: Node): boolean => clampOf(node) !== undefined;
const inner = op(clampOps, [anyValue(), ...rest], { name: "inner", where: isClamp });

/** Relu, Clip, Max and Min with scalar constants: x clamped to an interval. */
export const clampRules: readonly Rule[] = [
  rule({
    name: "clamp-of-clamp",
    before: "Clip(Clip(x)), Relu and Max/Min with a constant counting as Clip",
    after: "Clip(x) or Relu(x)",
    preserves: "bits",
    pattern: oneOf(
      op(clampOps, [inner, ...rest], { where: isClamp }),
      op(["Max", "Min"], [constant(), inner], { where: isClamp }),
    ),
    rewrite: (match, build) => {
      const outer = clampOf(match.root) as Clamp;
      const first = clampOf(match.node("inner")) as Clamp;
      return buildClamp(composeClamps(outer, first), dtypeOf(match.root.output) as DType, build);
    },
  }),
  rule({
    name: "idle-clamp",
    before: "Clip(Sigmoid(x), 0, 1) and the like",
    after: "Sigmoid(x)",
    preserves: "bits",
    pattern: op(clampOps, [anyValue(), ...rest], { where: (node) => isIdleClamp(clampOf(node)) }),
    rewrite: (match) => (clampOf(match.root) as Clamp).input,
  }),
  rule({
    name: "extreme-to-clip",
    before: "Max(x, c) or Min(x, c), c a scalar constant",
    after: "Relu(x) or Clip(x)",
    preserves: "bits",
    pattern: op(["Max", "Min", "Clip"], [anyValue(), ...rest], { where: (node) => isBetterAsClip(node) }),
    rewrite: (match, build) => buildClamp(clampOf(match.root) as Clamp, dtypeOf(match.root.output) as DType, build),
  }),
];

function isIdleClamp(clamp: Clamp | undefined): boolean {
  return clamp !== undefined && isIdle(clamp);
}

/**
 * Convolutions take a following Clip or Relu in every runtime, a Max or Min in none. Clip in half precision is not
 * everywhere (onnxruntime's CPU provider converts to float around it), so Max and Min stay there.
 */
function isBetterAsClip(node: Node): boolean {
  const clamp = clampOf(node);
  if (clamp === undefined) return false;
  const isRelu = clamp.low === 0 && clamp.high === Infinity;
  if (node.opType === "Clip") return isRelu;
  return isRelu || dtypeOf(node.output) === "float32" || dtypeOf(node.output) === "float64";
}
