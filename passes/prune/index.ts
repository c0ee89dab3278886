export { applyChannelPruning } from "./channels/apply-pruning.ts";
export { modelCost } from "./channels/model-cost.ts";
export type {
  ChannelPruningOptions,
  ChannelPruningPlan,
  LockedChannels,
  ModelCost,
  PrunedSet,
} from "./channels/plan.ts";
export { planChannelPruning } from "./channels/plan-pruning.ts";
export { pruneL1Channel } from "./l1-channel.ts";
export type { LevelPruningOptions } from "./level.ts";
export { pruneLevel } from "./level.ts";
