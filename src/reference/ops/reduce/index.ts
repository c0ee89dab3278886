import type { ReferenceOp } from "../../types.ts";
import { argMax, argMin } from "./arg-extreme.ts";
import { reduceMax, reduceMin } from "./extremes.ts";
import { reduceProd } from "./products.ts";
import { hardmax, logSoftmax, softmax } from "./softmax.ts";
import { reduceL1, reduceL2, reduceLogSum, reduceLogSumExp, reduceMean, reduceSum, reduceSumSquare } from "./sums.ts";
import { topK } from "./top-k.ts";
import { unique } from "./unique.ts";

/** Folds along axes, and what else looks at a whole line of elements. */
export const reduceOps: readonly ReferenceOp[] = [
  ...[reduceSum, reduceSumSquare, reduceMean, reduceL1, reduceL2, reduceLogSum, reduceLogSumExp],
  ...[reduceProd, reduceMax, reduceMin, argMax, argMin],
  ...[softmax, logSoftmax, hardmax, topK, unique],
];
