import type { DType, Node, Value } from "../../../src/ir/index.ts";
import type { Rule } from "../../../src/rewrite/index.ts";
import { anyValue, op, optional, refuse, rule } from "../../../src/rewrite/index.ts";
import { dtypeOf } from "../../support/facts.ts";
import type { Clamp } from "../clamp.ts";
import { buildClamp, clampOf, clampOps, composeClamps, isIdle } from "../clamp.ts";

const rest = [optional(anyValue()), optional(anyValue())] as const;

/** Relu, Clip, Max and Min with scalar constants: x clamped to an interval. */
export const clampRules: readonly Rule[] = [
  rule({
    name: "clamp-of-clamp",
    before: "Clip(Clip(x)), Relu and Max/Min with a constant counting as Clip",
    after: "Clip(x) or Relu(x)",
    preserves: "bits",
    pattern: op(clampOps, [anyValue(), ...rest], { name: "outer", where: (node) => innerClamp(node) !== undefined }),
    rewrite: (match, build) => {
      const outer = clampOf(match.root) as Clamp;
      const inner = innerClamp(match.root) as Clamp;
      const between = outer.input;
      if (between.soleUser !== match.root) return refuse(`"${between.name}" is also used elsewhere`, match.root);
      return buildClamp(composeClamps(outer, inner), dtypeOf(match.root.output) as DType, build);
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

/** The clamp whose result a clamp of the same graph reads. */
function innerClamp(node: Node): Clamp | undefined {
  const inner = clampOf(node)?.input;
  return inner?.producer?.graph === node.graph ? clampOfValue(inner) : undefined;
}

function clampOfValue(value: Value): Clamp | undefined {
  return value.producer === undefined ? undefined : clampOf(value.producer);
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
