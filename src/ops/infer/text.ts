import type { InferContext, InferResult, OpInference } from "../types.ts";
import { intsAttr, stringAttr, tensorType } from "../../ir/index.ts";
import { reject, shapeOf, types } from "./rules.ts";

/** StringNormalizer: stop words drop out of [C] or [1, C]. */
function inferStringNormalizer(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape === undefined) return types(tensorType("string"));
  if (shape.length > 2) reject(context, `rank ${shape.length}, but [C] or [1, C] is taken`);
  return types(tensorType("string", [...shape.slice(0, -1), undefined]));
}

/** StringSplit: the pieces as a new last axis, and their number for each string. */
function inferStringSplit(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  return types(tensorType("string", shape && [...shape, undefined]), tensorType("int64", shape));
}

/** TfIdfVectorizer: one entry for each n-gram index, per row. */
function inferTfIdfVectorizer(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const indexes = intsAttr(context, "ngram_indexes", []);
  const width = indexes.length === 0 ? undefined : indexes.reduce((a, b) => Math.max(a, b), 0) + 1;
  return types(tensorType("float32", shape && [...shape.slice(0, -1), width]));
}

/** ImageDecoder: [height, width, channels], one channel for grayscale. */
function inferImageDecoder(context: InferContext): InferResult {
  const channels = stringAttr(context, "pixel_format", "RGB") === "Grayscale" ? 1 : 3;
  return types(tensorType("uint8", [undefined, undefined, channels]));
}

/** Strings and encoded pictures. */
export const textInference: readonly OpInference[] = [
  { names: ["StringNormalizer"], infer: inferStringNormalizer },
  { names: ["StringSplit"], infer: inferStringSplit },
  { names: ["TfIdfVectorizer"], infer: inferTfIdfVectorizer },
  { names: ["ImageDecoder"], infer: inferImageDecoder },
];
