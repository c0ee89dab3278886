import type { DeviceFingerprint, Point } from "../../../../src/schedule/record.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import type { IgemmProduct } from "./product.ts";
import { igemmCost } from "./cost.ts";
import type { IgemmPoint } from "./plan.ts";
import { igemmPoint, planIgemm } from "./plan.ts";
import { igemmSpace } from "./space.ts";
import { sliceBytes } from "./weights.ts";
import { sharedAxis } from "../shared-axis.ts";

/** Steps to unroll, the better first: for tiles on their own, and for those that overlap (64 where the window must be). */
const unrolls = [
  { overlap: 0, unroll: 8 },
  { overlap: 0, unroll: 4 },
  { overlap: 1, unroll: 16 },
  { overlap: 1, unroll: 64 },
  { overlap: 1, unroll: 8 },
  { overlap: 1, unroll: 4 },
];

/** The tile that the cost model likes best; what the model does not see follows rules. */
export function igemmSeed(workload: IgemmProduct, isa: VectorIsa, device: DeviceFingerprint): Point {
  const space = igemmSpace(workload, isa);
  const values = (name: keyof IgemmPoint): readonly number[] =>
    space.parameters.find((parameter) => parameter.name === name)?.values ?? [];
  let best: { readonly point: Point; readonly cost: number } | undefined;
  for (const tileRows of values("tileRows"))
    for (const pixels of values("pixels"))
      for (const vectors of values("vectors"))
        for (const memory of values("memory"))
          for (const unrolled of unrolls) {
            const point = { pixels, tileRows, vectors, memory, ...unrolled, prefetch: 0, unitBlock: 0, parallel: 0 };
            if (!space.legal(point)) continue;
            const cost = igemmCost(planIgemm(workload, igemmPoint(point), isa), device);
            if (best === undefined || cost < best.cost) best = { point, cost };
          }
  if (best === undefined) throw new Error("igemm has no legal tile for a workload");
  const prefetched: Point = { ...best.point, prefetch: 1 };
  const point = space.legal(prefetched) ? prefetched : best.point;
  const plan = planIgemm(workload, igemmPoint(point), isa);
  const axes = {
    ...{ units: plan.units, slices: workload.slices, blocks: plan.blocks },
    weightsBytes: workload.slices * sliceBytes(plan),
    inputBytes: workload.rows * workload.columns * workload.slices * workload.sliceInputs,
  };
  return { ...point, parallel: sharedAxis(axes, device) };
}
