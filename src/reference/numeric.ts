/** Elements as numbers: decoding, encoding and elementwise arithmetic for every type. */
export type { Domain } from "./numeric/decode.ts";
export { bigintArrayOf, complexPairsOf, domainOf, realsOf } from "./numeric/decode.ts";
export { encodeBigints, encodeComplexPairs, encodeReals } from "./numeric/encode.ts";
export type { ScaleRounding, SmallFloat, SmallFloatOptions } from "./numeric/small-float.ts";
export { fromSmallFloatBits, isSmallFloat, toSmallFloatBits } from "./numeric/small-float.ts";
export { broadcastIndices, broadcastShapes } from "./numeric/shape.ts";
export type { BinaryRule, UnaryRule } from "./numeric/elementwise.ts";
export { combineElements, compareElements, mapElements, scalarsOf, zipReals } from "./numeric/elementwise.ts";
