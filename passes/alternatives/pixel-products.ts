import { attr, int64Tensor, sizeOf, tensorFromBytes } from "../../src/ir/index.ts";
import { refuse, rule } from "../../src/rewrite/index.ts";
import { staticShapeOf } from "../support/facts.ts";
import { alternative } from "./alternative.ts";
import { areAll, checkBias, convOf, walkOf } from "./conv-facts.ts";

/** Convolutions that see their whole input at once are products of matrices. */
export const pixelProducts = alternative({
  name: "pixel-products",
  summary: "Gemm for Conv whose window is its whole input, as in squeeze-and-excite blocks and classifiers",
  rules: [
    rule({
      name: "conv-on-one-pixel",
      before: "Conv(x, W, b), the window as large as x",
      after: "Unsqueeze(Gemm(Flatten(x), W', b))",
      preserves: "tolerance",
      minOpset: 13, // Unsqueeze takes its axes as an input since 13.
      pattern: convOf("Conv"),
      check: (match) => {
        const filters = match.tensor("w");
        const walk = walkOf(match.root, filters);
        const places = staticShapeOf(match.value("x"))?.slice(2);
        if (places === undefined) return refuse("the size of its input is not known", match.root);
        if (walk === undefined || !areAll(walk.pads, 0) || walk.group !== 1)
          return refuse("it is padded or has groups of channels", match.root);
        const isWhole = walk.window.every(
          (size, axis) => size === places[axis] && (size === 1 || walk.dilations[axis] === 1),
        );
        return isWhole ? checkBias(match, filters.shape[0] ?? 0) : refuse("its input has several places", match.root);
      },
      rewrite: (match, build) => {
        const filters = match.tensor("w");
        const [outputs = 0, ...rest] = filters.shape;
        const hint = match.value("w").name;
        const flat = build.op("Flatten", [match.value("x")], { axis: attr.int(1) });
        const w = build.constant(hint, tensorFromBytes(filters.dtype, [outputs, sizeOf(rest)], filters.bytes()));
        const product = build.op("Gemm", [flat, w, match.maybe("b")], { transB: attr.int(1) });
        const axes = Array.from({ length: filters.shape.length - 2 }, (_, i) => i + 2);
        return build.op("Unsqueeze", [product, build.constant(`${hint}_axes`, int64Tensor(axes))]);
      },
    }),
  ],
});
