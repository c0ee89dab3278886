import type { ReferenceOp } from "../../types.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { momentum } from "./momentum.ts";
import { negativeLogLikelihoodLoss } from "./negative-log-likelihood-loss.ts";
import { softmaxCrossEntropyLoss } from "./softmax-cross-entropy-loss.ts";

/** Losses, and the optimizer steps of ai.onnx.preview.training. */
export const lossOps: readonly ReferenceOp[] = [
  ...[negativeLogLikelihoodLoss, softmaxCrossEntropyLoss],
  ...[adagrad, adam, momentum],
];
