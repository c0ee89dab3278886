import type { DeviceFingerprint, Point } from "../../../../../src/schedule/record.ts";
import type { Space } from "../../../../../src/schedule/template.ts";
import type { Simd } from "../../bytes/simd.ts";
import { splitPixels } from "../../igemm/geometry.ts";
import { sharedAxis } from "../../shared-axis.ts";
import { floatEpilogueEmitter } from "../epilogue.ts";
import { directCost } from "./cost.ts";
import type { DirectProduct } from "./plan.ts";
import { blockBytes, directGeometry, directPoint, freeRegisters, inputBytes, operandForm, planDirect } from "./plan.ts";
import { epilogueRegisters } from "./tile.ts";
import { sliceBytes } from "./weights.ts";

/** Weights below this many bytes stay in the caches between tiles, and between layers: nothing to prefetch. */
const prefetchBytes = 32 * 1024;

const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** All values of the parameters, and which combinations make sense. */
export function directSpace(workload: DirectProduct, simd: Simd): Space {
  const geometry = directGeometry(workload);
  const flat = geometry.rows === 1;
  const onePixel = flat && geometry.columns === 1;
  const vectors = Math.ceil(workload.outputs / simd.lanes);
  return {
    parameters: [
      { name: "pixels", values: range(1, Math.min(geometry.columns, simd.name === "avx512" ? 28 : 14)) },
      { name: "tileRows", values: flat ? [1] : [1, 2, 3, 4, 7].filter((rows) => geometry.rows % rows === 0) },
      {
        name: "vectors",
        values: [...range(1, 6), ...(onePixel ? [8, 10, 12] : [])].filter((count) => count <= vectors),
      },
      { name: "unroll", values: [2, 4, 8, 16, 32] },
      { name: "prefetch", values: [0, 1] },
      { name: "unitBlock", values: [0, 1, 4, 16, 64] },
      { name: "parallel", values: [0, 1] },
    ],
    legal: (point) => isLegal(workload, simd, point),
  };
}

function isLegal(workload: DirectProduct, simd: Simd, values: Point): boolean {
  const point = directPoint(values);
  const { pixels, tileRows, vectors, unitBlock, parallel } = point;
  const width = pixels * tileRows;
  const registers = freeRegisters(workload, simd);
  const left = registers - width * vectors;
  if (left < operandForm({ workload, simd, registers }, width, vectors).registers) return false;
  if (left < epilogueRegisters({ simd }, floatEpilogueEmitter(simd, workload.epilogue))) return false;
  const plan = planDirect(workload, point, simd);
  if (splitPixels(plan.geometry.columns, pixels).width !== pixels) return false;
  const blocks = workload.slices * plan.blockCount;
  if (blocks === 1 && (unitBlock > 0 || parallel === 1)) return false;
  if (unitBlock * 2 > plan.units) return false;
  // A block that one tile reads once streams on by itself into the next.
  const reused = plan.units > 1 || !plan.flat;
  return point.prefetch === 0 || (reused && blockBytes(plan, vectors) * blocks >= prefetchBytes);
}

/** The tile that the cost model likes best; what the model does not see follows rules. */
export function directSeed(workload: DirectProduct, simd: Simd, device: DeviceFingerprint): Point {
  const space = directSpace(workload, simd);
  const values = (name: string): readonly number[] =>
    space.parameters.find((parameter) => parameter.name === name)?.values ?? [];
  let best: { readonly point: Point; readonly cost: number } | undefined;
  for (const pixels of values("pixels"))
    for (const tileRows of values("tileRows"))
      for (const vectors of values("vectors"))
        for (const unitBlock of values("unitBlock")) {
          const point: Point = { pixels, tileRows, vectors, unroll: 4, prefetch: 0, unitBlock, parallel: 0 };
          if (!space.legal(point)) continue;
          const cost = directCost(planDirect(workload, directPoint(point), simd), device);
          if (best === undefined || cost < best.cost) best = { point, cost };
        }
  if (best === undefined) throw new Error("direct-f32 has no legal tile for a workload");
  const prefetched: Point = { ...best.point, prefetch: 1 };
  const point = space.legal(prefetched) ? prefetched : best.point;
  const plan = planDirect(workload, directPoint(point), simd);
  const axes = {
    ...{ units: plan.units, slices: workload.slices, blocks: plan.blocks },
    weightsBytes: workload.slices * sliceBytes(plan),
    inputBytes: inputBytes(plan),
  };
  return sharedAxis(axes, device) === 1 ? { ...point, unitBlock: 0, parallel: 1 } : point;
}
