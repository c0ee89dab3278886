import type { Tensor } from "../../src/ir/index.ts";
import { attr, intsAttr, numbersOf, tensorFromElements } from "../../src/ir/index.ts";
import type { Match, Refusal } from "../../src/rewrite/index.ts";
import { refuse, rule } from "../../src/rewrite/index.ts";
import { constantOf, rankOf } from "../support/facts.ts";
import { alternative } from "./alternative.ts";
import { areAll, checkBias, convOf, walkOf } from "./conv-facts.ts";

/** Filters [inputs, outputs, size, size] as [outputs · size · size, inputs, 1, 1], the order of DepthToSpace in CRD mode. */
function spreadFilters(filters: Tensor): Tensor {
  const [inputs = 0, outputs = 0, size = 0] = filters.shape;
  const perInput = outputs * size * size;
  const from = numbersOf(filters);
  const to = new Float32Array(from.length);
  for (let input = 0; input < inputs; input++)
    for (let i = 0; i < perInput; i++) to[i * inputs + input] = from[input * perInput + i] as number;
  return tensorFromElements("float32", [perInput, inputs, 1, 1], to);
}

/** Each number so many times in a row. */
function repeated(tensor: Tensor, times: number): Tensor {
  const from = numbersOf(tensor);
  const to = Float32Array.from({ length: from.length * times }, (_, i) => from[Math.floor(i / times)] as number);
  return tensorFromElements("float32", [to.length], to);
}

function checkWalk(match: Match<"x" | "w" | "b">): Refusal | undefined {
  const { root } = match;
  const filters = match.tensor("w");
  const walk = walkOf(root, filters);
  const [height, width] = walk?.window ?? [];
  if (rankOf(match.value("x")) !== 4 || height === undefined || height !== width || height < 2)
    return refuse("its window is no square of a picture", root);
  if (walk === undefined || !areAll(walk.strides, height)) return refuse("its windows overlap or leave gaps", root);
  const isPlain = areAll(walk.pads, 0) && areAll(walk.dilations, 1) && walk.group === 1;
  if (!isPlain || !areAll(intsAttr(root, "output_padding", []), 0) || root.attributes.has("output_shape"))
    return refuse("it pads, dilates or has groups of channels", root);
  return checkBias(match, filters.shape[1] ?? 0);
}

/** Transposed convolutions whose windows do not overlap compute each window from one pixel. */
export const spreadPixels = alternative({
  name: "spread-pixels",
  summary: "Conv on single pixels and DepthToSpace for ConvTranspose whose windows do not overlap",
  rules: [
    rule({
      name: "conv-transpose",
      before: "ConvTranspose(x, W, b), strides as large as the window",
      after: "DepthToSpace(Conv(x, W', b'))",
      preserves: "tolerance",
      minOpset: 11, // DepthToSpace has its mode since 11.
      pattern: convOf("ConvTranspose"),
      check: checkWalk,
      rewrite: (match, build) => {
        const filters = match.tensor("w");
        const size = filters.shape[2] ?? 0;
        const bias = match.maybe("b");
        const numbers = constantOf(bias);
        const inputs = [match.value("x"), build.constant(match.value("w").name, spreadFilters(filters))];
        if (bias !== undefined && numbers !== undefined)
          inputs.push(build.constant(bias.name, repeated(numbers, size * size)));
        const spread = build.op("Conv", inputs, { kernel_shape: attr.ints([1, 1]) });
        return build.op("DepthToSpace", [spread], { blocksize: attr.int(size), mode: attr.string("CRD") });
      },
    }),
  ],
});
