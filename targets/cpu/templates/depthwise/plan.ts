import type { ChannelOrder } from "../../../../src/codegen/index.ts";
import type { Point } from "../../../../src/schedule/record.ts";
import type { DepthwiseWorkload } from "../../workload.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import type { Across, RowStep } from "./geometry.ts";
import { acrossOf, inputRows, rowSteps } from "./geometry.ts";
import type { ChannelBlocks } from "../igemm/geometry.ts";
import { splitChannels } from "../igemm/geometry.ts";
import { pointNumbers } from "../point-numbers.ts";

/** What stays in registers from one output to the next. */
export const keeps = { nothing: 0, columns: 1, sums: 2 } as const;

/** A point of the depthwise space by name. */
export interface DepthwisePoint {
  /** Rows of y computed together: they share the rows of x between them. */
  readonly rows: number;
  /** One of {@link keeps}. */
  readonly keep: number;
  /** Outputs of a row that are unrolled. */
  readonly columns: number;
  /** Vectors of channels that are computed together. */
  readonly vectors: number;
  /** Outer loop: 0 blocks of channels, 1 rows. */
  readonly order: number;
  /** What threads share out: 0 rows, 1 blocks of channels. */
  readonly parallel: number;
}

/** A workload and a point, worked out. */
export interface DepthwisePlan {
  readonly workload: DepthwiseWorkload;
  readonly isa: VectorIsa;
  readonly point: DepthwisePoint;
  readonly blocks: ChannelBlocks;
  /** Order of channels in the accumulators of full blocks; the last block, with the rest, is natural. */
  readonly order: ChannelOrder;
  /** Rows of x that one dot product sums. */
  readonly groupRows: number;
  readonly steps: readonly RowStep[];
  /** Groups of rows of x that a pass reads. */
  readonly groups: number;
  readonly across: Across;
  /** Passes over `point.rows` rows, and the rows of the last pass where fewer are left; 0 where none are. */
  readonly passes: { readonly full: number; readonly rest: number };
}

const pointNames: readonly (keyof DepthwisePoint)[] = ["rows", "keep", "columns", "vectors", "order", "parallel"];

/** The named parameters of a point; all must be there. */
export function depthwisePoint(point: Point): DepthwisePoint {
  return pointNumbers("depthwise", pointNames, point);
}

/** What a point means for a workload. */
export function planDepthwise(workload: DepthwiseWorkload, point: DepthwisePoint, isa: VectorIsa): DepthwisePlan {
  const groupRows = isa.name === "avx2" ? 2 : 4;
  const quads = isa.lanes === 16 && point.vectors === 4 && workload.epilogue.out === "u8";
  return {
    ...{ workload, isa, point, groupRows },
    blocks: splitChannels(workload.channels, point.vectors, isa.lanes),
    order: quads ? "quad64" : "natural",
    steps: rowSteps(workload.window, point.rows, groupRows),
    groups: Math.ceil(inputRows(workload.window, point.rows).length / groupRows),
    across: acrossOf(workload),
    passes: { full: Math.floor(workload.rows / point.rows), rest: workload.rows % point.rows },
  };
}

/** Passes over rows, the one with the rest included. */
export function passCount({ passes }: DepthwisePlan): number {
  return passes.full + (passes.rest > 0 ? 1 : 0);
}

/** Blocks of channels, the one with the rest included. */
export function channelBlockCount({ blocks }: DepthwisePlan): number {
  return blocks.full + (blocks.restVectors > 0 ? 1 : 0);
}

/** Outputs whose sums are under way at a time. */
export function pendingOutputs({ point, across }: Pick<DepthwisePlan, "point" | "across">): number {
  if (point.keep !== keeps.sums) return 1;
  return Math.min(across.columns, Math.ceil(across.span / across.stride));
}
