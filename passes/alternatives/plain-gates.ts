import type { Node, Value } from "../../src/ir/index.ts";
import { float32Scalar, floatAttr } from "../../src/ir/index.ts";
import type { Builder } from "../../src/rewrite/index.ts";
import { anyValue, commutative, op, refuse, rule } from "../../src/rewrite/index.ts";
import { dtypeOf } from "../support/facts.ts";
import { alternative } from "./alternative.ts";

/** max(0, min(1, slope · x + shift)). */
interface Gate {
  readonly slope: number;
  readonly shift: number;
}

function gateOf(node: Node): Gate {
  if (node.opType === "HardSwish") return { slope: 1 / 6, shift: 0.5 };
  return { slope: floatAttr(node, "alpha", 0.2), shift: floatAttr(node, "beta", 0.5) };
}

/** x · max(0, min(1 / slope, x + shift / slope)) · slope. */
function spellGate(x: Value, { slope, shift }: Gate, hint: string, build: Builder): Value {
  const number = (name: string, value: number): Value => build.constant(`${hint}_${name}`, float32Scalar(value));
  const shifted = build.op("Add", [x, number("shift", shift / slope)]);
  const gate = build.op("Clip", [shifted, number("low", 0), number("high", 1 / slope)]);
  return build.op("Mul", [build.op("Mul", [x, gate]), number("slope", slope)]);
}

/** Hard gates in operators that ONNX Runtime has INT8 kernels for: HardSwish and HardSigmoid have none. */
export const plainGates = alternative({
  name: "plain-gates",
  summary: "Add, Clip and Mul for HardSwish, and for HardSigmoid times its input",
  rules: [
    rule({
      name: "gated",
      before: "x * HardSigmoid(x)",
      after: "x * Clip(x + b/a, 0, 1/a) * a",
      preserves: "tolerance",
      minOpset: 11, // Clip takes its bounds as inputs since 11.
      pattern: commutative("Mul", anyValue("x"), op("HardSigmoid", [anyValue("x")], { name: "gate" })),
      check: (match) => {
        if (dtypeOf(match.value("x")) !== "float32") return refuse("it is not known to be float32", match.root);
        return gateOf(match.node("gate")).slope > 0 ? undefined : refuse("the gate closes upwards", match.root);
      },
      rewrite: (match, build) => spellGate(match.value("x"), gateOf(match.node("gate")), match.root.output.name, build),
    }),
    rule({
      name: "hard-swish",
      before: "HardSwish(x)",
      after: "x * Clip(x + 3, 0, 6) / 6",
      preserves: "tolerance",
      minOpset: 11,
      pattern: op("HardSwish", [anyValue("x")]),
      check: (match) =>
        dtypeOf(match.value("x")) === "float32" ? undefined : refuse("it is not known to be float32", match.root),
      rewrite: (match, build) => spellGate(match.value("x"), gateOf(match.root), match.root.output.name, build),
    }),
  ],
});
