import type { Attribute } from "../../src/ir/index.ts";
import { attr, int64Tensor, tensorFromBytes } from "../../src/ir/index.ts";
import { refuse, rule } from "../../src/rewrite/index.ts";
import { rankOf } from "../support/facts.ts";
import { alternative } from "./alternative.ts";
import { convOf, walkOf } from "./conv-facts.ts";

/** Convolutions along one axis, as pictures of one row: ONNX Runtime has blocked kernels for pictures only. */
export const flatPictures = alternative({
  name: "flat-pictures",
  summary: "Conv over pictures of one row for Conv along one axis",
  rules: [
    rule({
      name: "conv-of-one-row",
      before: "Conv(x, W), x [N, C, L]",
      after: "Squeeze(Conv(Unsqueeze(x), W')), [N, C, 1, L]",
      preserves: "tolerance",
      minOpset: 13,
      pattern: convOf("Conv"),
      check: (match) => {
        const filters = match.tensor("w");
        if (filters.shape.length !== 3 || rankOf(match.value("x")) !== 3)
          return refuse("it does not walk along one axis", match.root);
        return walkOf(match.root, filters) === undefined
          ? refuse("its padding is left to auto_pad", match.root)
          : undefined;
      },
      rewrite: (match, build) => {
        const filters = match.tensor("w");
        const walk = walkOf(match.root, filters);
        if (walk === undefined) return refuse("its padding is left to auto_pad", match.root);
        const [outputs = 0, inputs = 0, size = 0] = filters.shape;
        const hint = match.value("w").name;
        const axis = build.constant(`${hint}_axis`, int64Tensor([2]));
        const attributes: Readonly<Record<string, Attribute>> = {
          kernel_shape: attr.ints([1, size]),
          strides: attr.ints([1, ...walk.strides]),
          dilations: attr.ints([1, ...walk.dilations]),
          pads: attr.ints([0, walk.pads[0] ?? 0, 0, walk.pads[1] ?? 0]),
          group: attr.int(walk.group),
        };
        const picture = build.op("Unsqueeze", [match.value("x"), axis]);
        const w = build.constant(hint, tensorFromBytes(filters.dtype, [outputs, inputs, 1, size], filters.bytes()));
        return build.op("Squeeze", [build.op("Conv", [picture, w, match.maybe("b")], attributes), axis]);
      },
    }),
  ],
});
