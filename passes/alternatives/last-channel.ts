import type { Node, Tensor } from "../../src/ir/index.ts";
import { attr, intAttr, numbersOf, stringAttr, tensorFromNumbers } from "../../src/ir/index.ts";
import { op, anyValue, refuse, rule } from "../../src/rewrite/index.ts";
import { constantOf, countOf, nonNegativeAxis, rankOf } from "../support/facts.ts";
import { permute } from "../transpose/permutation.ts";
import { alternative } from "./alternative.ts";

/** Pictures with their channels second, with them last, and back. */
const rank = 4;
const toLast = [0, 2, 3, 1];
const toSecond = [0, 3, 1, 2];

/** The input of a Resize that tells by how much: the scales or the sizes, as a constant of one entry an axis. */
function factorsOf(resize: Node): { readonly index: number; readonly tensor: Tensor } | undefined {
  const index = resize.input(3) === undefined ? 2 : 3;
  const tensor = constantOf(resize.input(index));
  return tensor?.shape.length === 1 && tensor.shape[0] === rank ? { index, tensor } : undefined;
}

/** The class of each pixel of a segmented picture: the place of the greatest of its resized scores. */
export const lastChannel = alternative({
  name: "last-channel",
  summary: "channels last for ArgMax over the channels of resized pictures",
  rules: [
    rule({
      name: "last-channel",
      before: "ArgMax(Resize(x)) along axis 1 of pictures, resized by linear interpolation",
      after: "ArgMax(Resize(Transpose(x))) along axis 3",
      preserves: "tolerance",
      minOpset: 11, // Resize takes its scales as input 2 since 11.
      pattern: op(["ArgMax", "ArgMin"], [op("Resize", [anyValue("x")], { name: "resize", moreInputs: true })]),
      check: (match) => {
        const resize = match.node("resize");
        if (rankOf(match.value("x")) !== rank) return refuse("its rank is not 4", match.root);
        if (nonNegativeAxis(intAttr(match.root, "axis", 0), rank) !== 1)
          return refuse("it is not along axis 1", match.root);
        if (stringAttr(resize, "mode", "nearest") !== "linear") return refuse("the mode is not linear", resize);
        if (resize.attributes.has("axes") || intAttr(resize, "antialias", 0) !== 0)
          return refuse("it names axes or is antialiased", resize);
        if (resize.input(1) !== undefined && countOf(resize.input(1)) !== 0) return refuse("it has a region", resize);
        return factorsOf(resize) === undefined ? refuse("its scales are computed", resize) : undefined;
      },
      rewrite: (match, build) => {
        const resize = match.node("resize");
        const factors = factorsOf(resize);
        if (factors === undefined) throw new Error("checked before");
        const { index, tensor } = factors;
        const moved = tensorFromNumbers(tensor.dtype, [rank], permute(Array.from(numbersOf(tensor)), toLast));
        const x = build.op("Transpose", [match.value("x")], { perm: attr.ints(toLast) });
        const inputs = resize.inputs.map((input, i) =>
          i === 0 ? x : i === index ? build.constant(input?.name ?? "factors", moved) : input,
        );
        const resized = build.op("Resize", inputs, resize.attributes);
        const attributes = new Map([...match.root.attributes, ["axis", attr.int(rank - 1)] as const]);
        const best = build.op(match.root.opType, [resized], attributes);
        return intAttr(match.root, "keepdims", 1) === 1
          ? build.op("Transpose", [best], { perm: attr.ints(toSecond) })
          : best;
      },
    }),
  ],
});
