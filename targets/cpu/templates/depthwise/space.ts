import type { Point } from "../../../../src/schedule/record.ts";
import type { Space } from "../../../../src/schedule/template.ts";
import type { DepthwiseWorkload } from "../../workload.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import type { Across } from "./geometry.ts";
import { acrossOf } from "./geometry.ts";
import type { DepthwisePlan } from "./plan.ts";
import { channelBlockCount, depthwisePoint, keeps, pendingOutputs, planDepthwise } from "./plan.ts";
import { keptColumns, shareVectors } from "./registers.ts";

/** Rows are unrolled whole up to so many columns. */
const wholeRow = 16;

/** All values of the parameters of depthwise, and which combinations make sense for a workload. */
export function depthwiseSpace(workload: DepthwiseWorkload, isa: VectorIsa): Space {
  const across = acrossOf(workload);
  const unrolled = Array.from({ length: wholeRow }, (_, index) => index + 1).filter((count) => count <= across.columns);
  const vectors = Math.ceil(workload.channels / isa.lanes);
  return {
    parameters: [
      { name: "rows", values: [1, 2, 4].filter((rows) => rows <= workload.rows) },
      { name: "keep", values: Object.values(keeps) },
      { name: "columns", values: unrolled },
      { name: "vectors", values: [1, 2, 3, 4].filter((count) => count <= Math.max(1, vectors)) },
      { name: "order", values: [0, 1] },
      { name: "parallel", values: [0, 1] },
    ],
    legal: (point) => isLegal(workload, isa, across, point),
  };
}

function isLegal(workload: DepthwiseWorkload, isa: VectorIsa, across: Across, values: Point): boolean {
  const point = depthwisePoint(values);
  // Windows with gaps between their rows share no rows with the next output.
  if (point.rows > 1 && workload.window.dilation[0] > 1) return false;
  if (!turnsRound({ point, across })) return false;
  const plan = planDepthwise(workload, point, isa);
  if (channelBlockCount(plan) === 1 && (point.order === 1 || point.parallel === 1)) return false;
  return fits(plan);
}

/** Registers turn round within the unrolled columns, or the row is unrolled whole. */
function turnsRound(plan: Pick<DepthwisePlan, "point" | "across">): boolean {
  const { point, across } = plan;
  if (point.columns === across.columns) return true;
  if (2 * point.columns > across.columns) return false;
  if (point.keep === keeps.nothing) return point.columns === 1;
  if (across.span <= across.stride) return false;
  if (point.keep === keeps.sums) return point.columns % pendingOutputs(plan) === 0;
  return (point.columns * across.stride) % keptColumns(plan) === 0;
}

function fits(plan: DepthwisePlan): boolean {
  const { blocks, order } = plan;
  if (blocks.full > 0 && shareVectors(plan, blocks.vectors, order === "natural") === undefined) return false;
  return blocks.restVectors === 0 || shareVectors(plan, blocks.restVectors, true) !== undefined;
}
