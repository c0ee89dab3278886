import { intAttr, int64Tensor, sizeOf } from "../../src/ir/index.ts";
import { refuse, rule } from "../../src/rewrite/index.ts";
import { rankOf } from "../support/facts.ts";
import { alternative } from "./alternative.ts";
import { convOf } from "./conv-facts.ts";
import { withInputs } from "./zeros.ts";

/** Channels that ONNX Runtime's INT8 convolution reads at a time on x86; with others it gathers each window first. */
const step = 4;

/** Channels of zeros in front of convolutions whose number of input channels is odd to the runtime's kernels. */
export const padChannels = alternative({
  name: "pad-channels",
  summary: "channels of zeros for Conv over a number of channels that is no multiple of 4, as most first layers are",
  rules: [
    rule({
      name: "pad-channels",
      before: "Conv(x, W) over windows of a number of channels that is no multiple of 4",
      after: "Conv(Pad(x), W') with channels of zeros",
      preserves: "tolerance",
      minOpset: 11, // Pad takes its pads as an input since 11.
      pattern: convOf(),
      check: (match) => {
        const { shape } = match.tensor("w");
        if (intAttr(match.root, "group", 1) !== 1) return refuse("it has groups of channels", match.root);
        if ((shape[1] ?? 0) % step === 0) return refuse(`its channels are a multiple of ${step}`, match.root);
        if (sizeOf(shape.slice(2)) === 1) return refuse("its window is one element", match.root);
        return rankOf(match.value("x")) === shape.length ? undefined : refuse("its rank is not known", match.root);
      },
      rewrite: (match, build) => {
        const filters = match.tensor("w");
        const [, inputs = 0] = filters.shape;
        const wanted = Math.ceil(inputs / step) * step;
        const rank = filters.shape.length;
        const pads = Array.from({ length: 2 * rank }, (_, i) => (i === rank + 1 ? wanted - inputs : 0));
        const hint = match.value("w").name;
        const x = build.op("Pad", [match.value("x"), build.constant(`${hint}_pads`, int64Tensor(pads))]);
        const w = build.constant(hint, withInputs(filters, wanted));
        return build.op("Conv", [x, w, match.maybe("b")], match.root.attributes);
      },
    }),
  ],
});
