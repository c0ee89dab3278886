export { bigintArrayOf, complexPairsOf, domainOf, integersOf, realsOf } from "./numeric/decode.ts";
export { encodeBigints, encodeReals } from "./numeric/encode.ts";
export type { SmallFloat } from "./numeric/small-float.ts";
export { fromSmallFloatBits, isSmallFloat, toSmallFloatBits } from "./numeric/small-float.ts";
export type { AxisView } from "./numeric/shape.ts";
export {
  axisView,
  broadcastIndices,
  broadcastShapes,
  normalizeAxis,
  stridedIndices,
  stridesOf,
} from "./numeric/shape.ts";
export { pickElements, takeElements } from "./numeric/take.ts";
export type { BinaryRule, UnaryRule } from "./numeric/elementwise.ts";
export { combineElements, compareElements, mapElements, scalarsOf, zipReals } from "./numeric/elementwise.ts";
export { roundingTo } from "./numeric/round-to.ts";
export { withShape } from "./numeric/with-shape.ts";
