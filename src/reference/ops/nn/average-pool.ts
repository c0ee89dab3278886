import { intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { stridedIndices } from "../../numeric/shape.ts";
import type { ReferenceOp } from "../../types.ts";
import { poolingOf } from "./pool.ts";
import type { WindowAxis } from "./window.ts";

/** AveragePool: mean of each window, over its elements inside the input or, with count_include_pad, the padded input. */
export const averagePool: ReferenceOp = {
  domain: "",
  name: "AveragePool",
  run(call) {
    const { x, axes, shape, planes, plane, outputs, positions, taps } = poolingOf(call);
    const padded = intAttr(call.node, "count_include_pad", 0) !== 0 ? paddedCounts(axes) : undefined;
    const source = realsOf(x);
    const y = new Float64Array(planes * outputs);
    for (let p = 0; p < planes; p++)
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        let count = 0;
        for (let t = o * taps; t < (o + 1) * taps; t++) {
          const at = positions[t] as number;
          if (at < 0) continue;
          sum += source[p * plane + at] as number;
          count++;
        }
        y[p * outputs + o] = sum / (padded?.[o] ?? count);
      }
    return [encodeReals(x.dtype, shape, y)];
  },
};

/** For each output the elements of its window inside the padded input; a window of ceil_mode may reach beyond it. */
function paddedCounts(axes: readonly WindowAxis[]): Float64Array {
  const shape = axes.map((axis) => axis.output);
  const perAxis = axes.map(({ input, output, kernel, stride, dilation, after, before }) =>
    Array.from({ length: output }, (_, o) =>
      Math.min(kernel, Math.ceil((input + after + before - o * stride) / dilation)),
    ),
  );
  const counts = new Float64Array(shape.reduce((product, dim) => product * dim, 1)).fill(1);
  perAxis.forEach((own, axis) => {
    stridedIndices(
      shape,
      shape.map((_, i) => (i === axis ? 1 : 0)),
    ).forEach((o, i) => {
      counts[i] = (counts[i] as number) * (own[o] as number);
    });
  });
  return counts;
}
