export type { Clock } from "./clock.ts";
export { systemClock } from "./clock.ts";
export type { MeasurePolicy } from "./policy.ts";
export { measurePolicies } from "./policy.ts";
export type { RaceForm, RaceResult, RaceSetup } from "./race.ts";
export { race } from "./race.ts";
export type { SpeedRatio } from "./statistics.ts";
export { quantile, seededRandom, speedRatio, summarize } from "./statistics.ts";
