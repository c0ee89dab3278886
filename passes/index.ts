import type { Pass } from "../src/pipeline/pass.ts";
import { alternatives } from "./alternatives/index.ts";
import { convertOpset } from "./convert-opset.ts";
import { eliminateIdentities } from "./eliminate-identities.ts";
import { eliminatePositiveZeros } from "./eliminate-positive-zeros.ts";
import { eliminateRectifiers } from "./eliminate-rectifiers.ts";
import { evaluateConstants } from "./evaluate-constants.ts";
import { foldConstants } from "./fold-constants.ts";
import { foldUniformBatchnorm } from "./fold-uniform-batchnorm.ts";
import { freezeInputs } from "./freeze-inputs.ts";
import { inferTypes } from "./infer-types.ts";
import { inlineFunctions } from "./inline-functions.ts";
import { inlineIf } from "./inline-if.ts";
import { mergeConcats } from "./merge-concats.ts";
import { mergeReshapes } from "./merge-reshapes.ts";
import { mergeSlices } from "./merge-slices.ts";
import { pushTransposes, pushTransposesThroughSums } from "./push-transposes.ts";
import { removeDeadCode } from "./remove-dead-code.ts";
import { shareConstants } from "./share-constants.ts";
import { shareSubexpressions } from "./share-subexpressions.ts";
import { fuseAffine } from "./fuse/fuse-affine.ts";
import { fusePad } from "./fuse/fuse-pad.ts";
import { fuseGemm } from "./fuse/fuse-gemm.ts";
import { mergeClamps } from "./fuse/merge-clamps.ts";
import { mergeConstants } from "./fuse/merge-constants.ts";
import { mergeSiblings } from "./fuse/merge-siblings.ts";
import { reduceStrength } from "./fuse/reduce-strength.ts";
import { recognizeOperators } from "./fuse/recognize-operators.ts";
import { pruneL1Channel, pruneLevel } from "./prune/index.ts";

/** Every pass, in no particular order; the order of work stands in presets.ts. */
export const passes: readonly Pass[] = [
  // simplify
  convertOpset,
  eliminateIdentities,
  eliminatePositiveZeros,
  evaluateConstants,
  foldConstants,
  freezeInputs,
  inferTypes,
  inlineFunctions,
  inlineIf,
  mergeConcats,
  mergeReshapes,
  mergeSlices,
  pushTransposes,
  pushTransposesThroughSums,
  removeDeadCode,
  shareConstants,
  shareSubexpressions,
  // fuse
  eliminateRectifiers,
  foldUniformBatchnorm,
  fuseAffine,
  fusePad,
  fuseGemm,
  mergeClamps,
  mergeConstants,
  mergeSiblings,
  reduceStrength,
  recognizeOperators,
  // Other spellings, which no preset has: a search times them.
  ...alternatives,
  // prune
  pruneL1Channel,
  pruneLevel,
];

/** The pass of that name. */
export function passNamed(name: string): Pass | undefined {
  return passes.find((pass) => pass.name === name);
}
