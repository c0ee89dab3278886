import type { AttentionWorkload } from "../../../transformer-workload.ts";
import type { Simd } from "../../bytes/simd.ts";
import { vectorBytes } from "../../float/vectors.ts";

/** Sizes of an attention kernel, worked out; strides and offsets in bytes. */
export interface AttentionPlan {
  readonly workload: AttentionWorkload;
  readonly simd: Simd;
  /** Channels of a head. */
  readonly width: number;
  /** Vectors that the keys, and the channels of a head, fill. */
  readonly keyVectors: number;
  readonly valueVectors: number;
  /** Query tokens whose scores are held at a time. */
  readonly queryBlock: number;
  /** Rows and vectors of register tiles of products. */
  readonly tileRows: number;
  readonly tileVectors: number;
  /** Distance of rows of transposed keys and scores, and of packed values. */
  readonly keyRow: number;
  readonly valueRow: number;
  /** Where packed values, scores and factors of the scores begin in scratch; transposed keys stand first. */
  readonly values: number;
  readonly scores: number;
  readonly factors: number;
  readonly scratchBytes: number;
}

/** The plan of a workload. */
export function planAttention(workload: AttentionWorkload, simd: Simd): AttentionPlan {
  const width = workload.channels / workload.heads;
  const keyVectors = Math.ceil(workload.keys / simd.lanes);
  const valueVectors = Math.ceil(width / simd.lanes);
  const queryBlock = Math.min(8, workload.columns);
  const keyRow = keyVectors * vectorBytes(simd);
  const valueRow = valueVectors * vectorBytes(simd);
  const values = width * keyRow;
  const scores = values + workload.keys * valueRow;
  const factors = Math.ceil((scores + queryBlock * keyRow) / 64) * 64;
  return {
    ...{ workload, simd, width, keyVectors, valueVectors, queryBlock, keyRow, valueRow, values, scores, factors },
    tileRows: 4,
    tileVectors: simd.name === "avx512" ? 4 : 2,
    scratchBytes: factors + 64,
  };
}
