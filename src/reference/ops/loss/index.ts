import type { ReferenceOp } from "../../types.ts";
import { negativeLogLikelihoodLoss } from "./negative-log-likelihood-loss.ts";
import { softmaxCrossEntropyLoss } from "./softmax-cross-entropy-loss.ts";

/** Losses and the optimizer steps of training. */
export const lossOps: readonly ReferenceOp[] = [negativeLogLikelihoodLoss, softmaxCrossEntropyLoss];
