import { int64Tensor, intAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { integersInput, optionalTensorInput, tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

interface Box {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/** NonMaxSuppression: best boxes first, each unless it overlaps one already taken by more than the threshold. */
export const nonMaxSuppression: ReferenceOp = {
  domain: "",
  name: "NonMaxSuppression",
  run(call) {
    const boxes = tensorInput(call, 0);
    const scores = tensorInput(call, 1);
    const [batch = 0, count = 0] = boxes.shape;
    const classes = scores.shape[1] ?? 0;
    const limit = integersInput(call, 2)?.[0] ?? 0;
    const overlapLimit = thresholdOf(call, 3) ?? 0;
    const scoreLimit = thresholdOf(call, 4);
    const corners = realsOf(boxes);
    const values = realsOf(scores);
    const centered = intAttr(call.node, "center_point_box", 0) !== 0;
    const selected: number[] = [];
    for (let n = 0; n < batch; n++) {
      const all = Array.from({ length: count }, (_, i) => boxOf(corners.subarray((n * count + i) * 4), centered));
      for (let c = 0; c < classes; c++) {
        const own = values.subarray((n * classes + c) * count, (n * classes + c + 1) * count);
        const order = [...all.keys()].filter((i) => scoreLimit === undefined || (own[i] as number) > scoreLimit);
        const taken: number[] = [];
        for (const i of order.sort((a, b) => (own[b] as number) - (own[a] as number) || a - b)) {
          if (taken.length >= limit) break;
          if (taken.some((j) => overlap(all[i] as Box, all[j] as Box) > overlapLimit)) continue;
          taken.push(i);
          selected.push(n, c, i);
        }
      }
    }
    return [int64Tensor(selected, [selected.length / 3, 3])];
  },
};

function thresholdOf(call: OpCall, index: number): number | undefined {
  const tensor = optionalTensorInput(call, index);
  return tensor === undefined ? undefined : realsOf(tensor)[0];
}

/** A box from any two opposite corners (y, x, y, x), or from centre and size (x, y, width, height). */
function boxOf(values: Float64Array, centered: boolean): Box {
  const [a, b, c, d] = values as unknown as [number, number, number, number];
  if (centered) return { low: [b - d / 2, a - c / 2], high: [b + d / 2, a + c / 2] };
  return { low: [Math.min(a, c), Math.min(b, d)], high: [Math.max(a, c), Math.max(b, d)] };
}

function area({ low, high }: Box): number {
  return (high[0] - low[0]) * (high[1] - low[1]);
}

/** Intersection over union; 0 when either box is empty. */
function overlap(a: Box, b: Box): number {
  const low: [number, number] = [Math.max(a.low[0], b.low[0]), Math.max(a.low[1], b.low[1])];
  const high: [number, number] = [Math.min(a.high[0], b.high[0]), Math.min(a.high[1], b.high[1])];
  if (high[0] <= low[0] || high[1] <= low[1] || area(a) <= 0 || area(b) <= 0) return 0;
  const common = area({ low, high });
  return common / (area(a) + area(b) - common);
}
