import type { ReferenceOp } from "../../types.ts";
import { arrayFeatureExtractor } from "./array-feature-extractor.ts";
import { binarizer } from "./binarizer.ts";
import { featureVectorizer } from "./feature-vectorizer.ts";
import { imputer } from "./imputer.ts";
import { labelEncoder } from "./label-encoder.ts";
import { linearClassifier } from "./linear-classifier.ts";
import { linearRegressor } from "./linear-regressor.ts";
import { normalizer } from "./normalizer.ts";
import { oneHotEncoder } from "./one-hot-encoder.ts";
import { scaler } from "./scaler.ts";
import { treeEnsembleClassifier } from "./tree-ensemble-classifier.ts";
import { treeEnsembleRegressor } from "./tree-ensemble-regressor.ts";
import { treeEnsemble } from "./tree-ensemble.ts";
import { zipMap } from "./zip-map.ts";

/** Operators of ai.onnx.ml. */
export const mlOps: readonly ReferenceOp[] = [
  ...[arrayFeatureExtractor, binarizer, featureVectorizer, imputer, labelEncoder, normalizer, oneHotEncoder, scaler],
  ...[linearClassifier, linearRegressor, treeEnsemble, treeEnsembleClassifier, treeEnsembleRegressor, zipMap],
];
