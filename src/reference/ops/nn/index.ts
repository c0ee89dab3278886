import type { ReferenceOp } from "../../types.ts";
import { attention } from "./attention.ts";
import { averagePool } from "./average-pool.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { causalConvWithState } from "./causal-conv-with-state.ts";
import { convTranspose } from "./conv-transpose.ts";
import { conv } from "./conv.ts";
import { deformConv } from "./deform-conv.ts";
import { dropout } from "./dropout.ts";
import { globalAveragePool, globalLpPool, globalMaxPool } from "./global-pool.ts";
import { groupNormalization } from "./group-normalization.ts";
import { gru } from "./gru.ts";
import { instanceNormalization } from "./instance-normalization.ts";
import { layerNormalization } from "./layer-normalization.ts";
import { linearAttention } from "./linear-attention.ts";
import { lpNormalization } from "./lp-normalization.ts";
import { lpPool } from "./lp-pool.ts";
import { lrn } from "./lrn.ts";
import { lstm } from "./lstm.ts";
import { maxPool } from "./max-pool.ts";
import { maxRoiPool } from "./max-roi-pool.ts";
import { maxUnpool } from "./max-unpool.ts";
import { meanVarianceNormalization } from "./mean-variance-normalization.ts";
import { rmsNormalization } from "./rms-normalization.ts";
import { rnn } from "./rnn.ts";
import { roiAlign } from "./roi-align.ts";
import { rotaryEmbedding } from "./rotary-embedding.ts";

/** Layers of neural networks: convolution, pooling, normalization, recurrence, attention. */
export const nnOps: readonly ReferenceOp[] = [
  attention,
  averagePool,
  batchNormalization,
  causalConvWithState,
  conv,
  convTranspose,
  deformConv,
  dropout,
  globalAveragePool,
  globalLpPool,
  globalMaxPool,
  groupNormalization,
  gru,
  instanceNormalization,
  layerNormalization,
  linearAttention,
  lpNormalization,
  lpPool,
  lrn,
  lstm,
  maxPool,
  maxRoiPool,
  maxUnpool,
  meanVarianceNormalization,
  rmsNormalization,
  rnn,
  roiAlign,
  rotaryEmbedding,
];
