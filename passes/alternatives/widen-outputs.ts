import type { Node, Value } from "../../src/ir/index.ts";
import { intAttr, int64Tensor } from "../../src/ir/index.ts";
import type { Builder, Match, Refusal } from "../../src/rewrite/index.ts";
import { op, refuse, rule } from "../../src/rewrite/index.ts";
import { constantOf, shapeOf } from "../support/facts.ts";
import { alternative } from "./alternative.ts";
import { checkBias, convOf } from "./conv-facts.ts";
import { withRows } from "./zeros.ts";

/** Channels that ONNX Runtime's INT8 convolution writes at a time on x86: at least `least`, and a multiple of `step`. */
const least = 16;
const step = 8;

const clamps: readonly string[] = ["Clip", "Relu"];

function wantedOutputs(outputs: number): number {
  return Math.max(least, Math.ceil(outputs / step) * step);
}

function checkWidth(match: Match<"x" | "w" | "b">, conv: Node): Refusal | undefined {
  const filters = match.tensor("w");
  const [outputs = 0] = filters.shape;
  if (intAttr(conv, "group", 1) !== 1) return refuse("it has groups of channels", conv);
  if (wantedOutputs(outputs) === outputs) return refuse(`its channels are a multiple of ${step}`, conv);
  const places = shapeOf(conv.output)?.slice(2);
  if (places === undefined || places.every((dim) => dim === 1))
    return refuse("its output is one pixel, or of unknown rank", conv);
  return checkBias(match, outputs);
}

function widened(match: Match<"x" | "w" | "b">, conv: Node, build: Builder): Value {
  const filters = match.tensor("w");
  const outputs = wantedOutputs(filters.shape[0] ?? 0);
  const bias = match.maybe("b");
  const numbers = constantOf(bias);
  const inputs = [match.value("x"), build.constant(match.value("w").name, withRows(filters, outputs))];
  if (bias !== undefined && numbers !== undefined) inputs.push(build.constant(bias.name, withRows(numbers, outputs)));
  return build.op("Conv", inputs, conv.attributes);
}

function narrowed(value: Value, match: Match<"x" | "w" | "b">, build: Builder): Value {
  const [outputs = 0] = match.tensor("w").shape;
  const hint = match.value("w").name;
  const bounds = [0, outputs, 1].map((bound, i) =>
    build.constant(`${hint}_${["from", "to", "axis"][i]}`, int64Tensor([bound])),
  );
  return build.op("Slice", [value, ...bounds]);
}

/** Filters of zeros for convolutions whose number of output channels is odd to the runtime's kernels. */
export const widenOutputs = alternative({
  name: "widen-outputs",
  summary: "filters of zeros, cut off behind, for Conv to fewer than 16 channels or to no multiple of 8",
  rules: [
    rule({
      name: "clamped-conv",
      before: "Relu(Conv(x, W, b)) or Clip(Conv(x, W, b), …) to an odd number of channels",
      after: "Slice(Relu(Conv(x, W', b')))",
      preserves: "tolerance",
      minOpset: 10, // Slice takes its bounds as inputs since 10.
      pattern: op(clamps, [convOf()], { moreInputs: true }),
      check: (match) => checkWidth(match, match.node("conv")),
      rewrite: (match, build) => {
        const [, ...bounds] = match.root.inputs;
        const wide = widened(match, match.node("conv"), build);
        return narrowed(build.op(match.root.opType, [wide, ...bounds], match.root.attributes), match, build);
      },
    }),
    rule({
      name: "conv",
      before: "Conv(x, W, b) to an odd number of channels",
      after: "Slice(Conv(x, W', b'))",
      preserves: "tolerance",
      minOpset: 10,
      pattern: convOf(),
      check: (match) => {
        const user = match.root.output.soleUser;
        if (user?.domain === "" && clamps.includes(user.opType)) return refuse("a clamp stands behind it", match.root);
        return checkWidth(match, match.root);
      },
      rewrite: (match, build) => narrowed(widened(match, match.root, build), match, build),
    }),
  ],
});
