import type { Point } from "../../../../src/schedule/record.ts";
import type { Space } from "../../../../src/schedule/template.ts";
import { epilogueRegisters } from "../epilogue/epilogue-context.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import type { IgemmProduct } from "./product.ts";
import type { Geometry } from "./geometry.ts";
import { geometryOf, splitPixels } from "./geometry.ts";
import { blockCount, igemmPoint, planIgemm, productIsa } from "./plan.ts";
import { operandRegisters } from "./steps.ts";
import { takesFiller } from "./sums.ts";
import { blockBytes, stepsOf } from "./weights.ts";

/** Weights below this many bytes stay in the caches between tiles, and between layers: nothing to prefetch. */
const prefetchBytes = 32 * 1024;

/** All values of the parameters of igemm, and which combinations make sense for a workload. */
export function igemmSpace(workload: IgemmProduct, isa: VectorIsa): Space {
  const geometry = geometryOf(workload);
  const flat = geometry.rows === 1;
  const onePixel = flat && geometry.columns === 1;
  const vectorsOfLayer = Math.ceil(workload.outputs / isa.lanes);
  return {
    parameters: [
      { name: "pixels", values: range(1, Math.min(geometry.columns, isa.lanes === 16 ? 14 : 6)) },
      { name: "tileRows", values: flat ? [1] : rowsOfTile(geometry) },
      {
        name: "vectors",
        values: [...range(1, 4), ...(onePixel ? [6, 8, 12] : [])].filter((count) => count <= vectorsOfLayer),
      },
      { name: "memory", values: isa.name === "avx2" ? [0] : onePixel ? [8, 1, 0] : [0, 1] },
      { name: "unroll", values: [4, 8, 16, 32, 64] },
      { name: "prefetch", values: [0, 1] },
      { name: "unitBlock", values: [0, 4, 16, 64] },
      { name: "overlap", values: [0, 1] },
      { name: "parallel", values: [0, 1] },
    ],
    legal: (point) => isLegal(workload, isa, point),
  };
}

function isLegal(workload: IgemmProduct, isa: VectorIsa, values: Point): boolean {
  const point = igemmPoint(values);
  const { pixels, tileRows, vectors, memory } = point;
  if (memory > vectors) return false;
  const accumulators = pixels * tileRows * vectors;
  const operands = operandRegisters(isa, vectors, memory);
  const rest = epilogueRegisters({ epilogue: workload.epilogue, isa, order: "natural" });
  const { overlap } = point;
  const { registers } = productIsa(workload, isa);
  if (overlap === 0 && accumulators + Math.max(operands, rest) > registers) return false;
  if (overlap === 1 && 2 * accumulators + operands + rest > registers) return false;
  const plan = planIgemm(workload, point, isa);
  if (splitPixels(plan.geometry.columns, pixels).width !== pixels) return false;
  // Beyond all steps of the window unrolling further is the same code.
  const steps = plan.geometry.runs * stepsOf(plan);
  if (point.unroll > 4 && point.unroll >= 2 * steps) return false;
  if (overlap === 1 && !takesFiller(plan.geometry, plan.step, point.unroll)) return false;
  const blocks = workload.slices * blockCount(plan);
  if (blocks === 1 && (point.unitBlock > 0 || point.parallel === 1)) return false;
  if (point.unitBlock > 0 && point.unitBlock * 2 > plan.units) return false;
  // A block that one tile alone reads is streamed, which the processor's own prefetchers see.
  const tiles = (plan.flat ? 1 : plan.units) * (plan.tiles.wide + plan.tiles.narrow);
  return point.prefetch === 0 || (tiles > 1 && blockBytes(plan, vectors) * blocks >= prefetchBytes);
}

/** Rows of a tile: more than two only where rows are short. */
function rowsOfTile({ rows, columns }: Geometry): readonly number[] {
  return [1, 2, 3, 4].filter((count) => rows % count === 0 && (count <= 2 || columns < 16));
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
