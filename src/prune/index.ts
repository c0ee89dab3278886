export type { ChannelLock, ChannelSet, ResolvedChannels } from "./channel-classes.ts";
export { ChannelClasses } from "./channel-classes.ts";
export type { KeepRule } from "./choose-kept.ts";
export { chooseKept, keptCount } from "./choose-kept.ts";
export { relativeFilterNorms } from "./filter-norms.ts";
export { zeroSmallest } from "./magnitude-mask.ts";
export { takeAlong, zeroAlong } from "./slice-tensor.ts";
