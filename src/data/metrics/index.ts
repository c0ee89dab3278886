export type { PairedDifference } from "./paired-interval.ts";
export { pairedDifference } from "./paired-interval.ts";
export type { Similarity, SimilarityMeter } from "./similarity.ts";
export { similarityMeter } from "./similarity.ts";
export type { HitCounter } from "./top-k.ts";
export { argMax, isInTopK, topK } from "./top-k.ts";
