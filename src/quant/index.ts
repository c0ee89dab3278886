export type { ChannelMeans } from "./channel-means.ts";
export { channelMeans } from "./channel-means.ts";
export type { Histogram, HistogramObserver } from "./histogram.ts";
export { histogramObserver, observedRange } from "./histogram.ts";
export type { QuantizationParameters, QuantizedType } from "./parameters.ts";
export {
  asymmetricParameters,
  integerLimits,
  representable,
  symmetricParameters,
  symmetricScale,
} from "./parameters.ts";
export type { Range } from "./range.ts";
export { unionOf, withinBounds } from "./range.ts";
export type { RangeMethod, RangeMethodName } from "./range-methods/index.ts";
export { autoCandidates, rangeMethods } from "./range-methods/index.ts";
export { dequantizeValue, quantizeValue, quantizeValues } from "./rounding.ts";
export type { ChannelLayout, QuantizedWeights } from "./weights.ts";
export { channelLayout, gridStep, quantizeWeights, weightScales } from "./weights.ts";
export type { QuantizedBias } from "./bias.ts";
export { quantizeBias, scalesForBias } from "./bias.ts";
export { histogramSqnrDb, sqnrDb, tensorSqnrDb } from "./error.ts";
