import type { Tensor } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";

/** Doubles of [batch, channels, plane] filled with each channel's bias, or zero without one. */
export function biasFilled(bias: Tensor | undefined, batch: number, channels: number, plane: number): Float64Array {
  const out = new Float64Array(batch * channels * plane);
  if (bias === undefined) return out;
  realsOf(bias).forEach((value, channel) => {
    for (let n = 0; n < batch; n++)
      out.fill(value, (n * channels + channel) * plane, (n * channels + channel + 1) * plane);
  });
  return out;
}
