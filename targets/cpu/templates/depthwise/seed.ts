import type { DeviceFingerprint, Point } from "../../../../src/schedule/record.ts";
import type { DepthwiseWorkload } from "../../workload.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import { depthwiseCost } from "./cost.ts";
import type { DepthwisePoint } from "./plan.ts";
import { depthwisePoint, planDepthwise } from "./plan.ts";
import { depthwiseSpace } from "./space.ts";

/** The tile that the cost model likes best, with as few columns unrolled as can be: the model does not see them. */
export function depthwiseSeed(workload: DepthwiseWorkload, isa: VectorIsa, device: DeviceFingerprint): Point {
  const space = depthwiseSpace(workload, isa);
  const values = (name: keyof DepthwisePoint): readonly number[] =>
    space.parameters.find((parameter) => parameter.name === name)?.values ?? [];
  let best: { readonly point: Point; readonly cost: number } | undefined;
  for (const rows of values("rows"))
    for (const keep of values("keep"))
      for (const vectors of values("vectors"))
        for (const order of values("order")) {
          const point = values("columns")
            .map((columns): Point => ({ rows, keep, columns, vectors, order, parallel: 0 }))
            .find(space.legal);
          if (point === undefined) continue;
          const cost = depthwiseCost(planDepthwise(workload, depthwisePoint(point), isa), device);
          if (best === undefined || cost < best.cost) best = { point, cost };
        }
  if (best === undefined) throw new Error("depthwise has no legal tile for a workload");
  return best.point;
}
