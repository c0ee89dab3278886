import type { InferFunction, OpInference } from "../types.ts";
import { attentionInference } from "./attention.ts";
import { castInference } from "./cast.ts";
import { concatSplitInference } from "./concat-split.ts";
import { constantInference } from "./constant.ts";
import { controlFlowInference } from "./control-flow.ts";
import { convInference } from "./conv.ts";
import { einsumInference } from "./einsum.ts";
import { elementwiseInference } from "./elementwise.ts";
import { gatherScatterInference } from "./gather-scatter.ts";
import { layoutInference } from "./layout.ts";
import { lossInference } from "./loss.ts";
import { matmulInference } from "./matmul.ts";
import { normalizationInference } from "./normalization.ts";
import { padInference } from "./pad.ts";
import { poolInference } from "./pool.ts";
import { quantizeInference } from "./quantize.ts";
import { randomInference } from "./random.ts";
import { recurrentInference } from "./recurrent.ts";
import { reduceInference } from "./reduce.ts";
import { reshapeInference } from "./reshape.ts";
import { resizeInference } from "./resize.ts";
import { selectionInference } from "./selection.ts";
import { sequenceInference } from "./sequence.ts";
import { signalInference } from "./signal.ts";
import { sliceInference } from "./slice.ts";
import { textInference } from "./text.ts";

/** Every operator that has an inference, by groups. */
export const opInferences: readonly OpInference[] = [
  ...attentionInference,
  ...castInference,
  ...concatSplitInference,
  ...constantInference,
  ...controlFlowInference,
  ...convInference,
  ...einsumInference,
  ...elementwiseInference,
  ...gatherScatterInference,
  ...layoutInference,
  ...lossInference,
  ...matmulInference,
  ...normalizationInference,
  ...padInference,
  ...poolInference,
  ...quantizeInference,
  ...randomInference,
  ...recurrentInference,
  ...reduceInference,
  ...reshapeInference,
  ...resizeInference,
  ...selectionInference,
  ...sequenceInference,
  ...signalInference,
  ...sliceInference,
  ...textInference,
];

const byName: ReadonlyMap<string, InferFunction> = new Map(
  opInferences.flatMap(({ names, infer }) => names.map((name) => [name, infer] as const)),
);

/** The inference of an operator; undefined when there is none. */
export function inferenceOf(domain: string, opType: string): InferFunction | undefined {
  return domain === "" ? byName.get(opType) : undefined;
}
