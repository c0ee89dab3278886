import { intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { roundingTo } from "../../numeric/round-to.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { mergeHeads, splitHeads } from "./heads.ts";

/** RotaryEmbedding: turns pairs of the first rotary_embedding_dim elements of each head by cached angles. */
export const rotaryEmbedding: ReferenceOp = {
  domain: "",
  name: "RotaryEmbedding",
  run(call) {
    const given = tensorInput(call, 0);
    const x = splitHeads(given, intAttr(call.node, "num_heads", 0));
    const cosines = tensorInput(call, 1);
    const [cos, sin] = [realsOf(cosines), realsOf(tensorInput(call, 2))];
    const positions = integersInput(call, 3);
    const [batch, heads, sequence, size] = x.shape as readonly [number, number, number, number];
    const interleaved = intAttr(call.node, "interleaved", 0) !== 0;
    const half = Math.floor((intAttr(call.node, "rotary_embedding_dim", 0) || size) / 2);
    if (cosines.shape.at(-1) !== half)
      throw new RangeError(`RotaryEmbedding: a cache of ${cosines.shape.at(-1)} angles for ${half} pairs`);
    const round = roundingTo(x.dtype);
    const y = realsOf(x);
    for (let n = 0; n < batch; n++)
      for (let h = 0; h < heads; h++)
        for (let s = 0; s < sequence; s++) {
          const start = ((n * heads + h) * sequence + s) * size;
          const angle = (positions?.[n * sequence + s] ?? n * sequence + s) * half;
          for (let k = 0; k < half; k++) {
            const [first, second] = interleaved ? [start + 2 * k, start + 2 * k + 1] : [start + k, start + half + k];
            const [a, b] = [y[first] as number, y[second] as number];
            const [c, d] = [cos[angle + k] as number, sin[angle + k] as number];
            y[first] = round(c * a) - round(d * b);
            y[second] = round(d * a) + round(c * b);
          }
        }
    const turned = encodeReals(x.dtype, x.shape, y);
    return [given.shape.length === 3 ? mergeHeads(turned) : turned];
  },
};
