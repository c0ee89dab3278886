import type { DeviceFingerprint } from "../../../src/schedule/record.ts";
import type { DepthwisePlan } from "./depthwise-plan.ts";
import { channelBlockCount, keeps, passCount } from "./depthwise-plan.ts";

/** Predicted nanoseconds on one thread, from the instructions of a tile. */
export function depthwiseCost(plan: DepthwisePlan, _device: DeviceFingerprint): number {
  const { point, across, steps, groups, groupRows } = plan;
  const { vectors } = point;
  const loads = groups * (groupRows + 2 * vectors);
  const columns = point.keep === keeps.nothing ? across.taps : across.stride;
  const dots = steps.length * across.taps * vectors * (groupRows === 2 ? 3 : 1);
  const epilogue = point.rows * vectors * 7;
  const output = columns * loads + dots + epilogue;
  return (output * across.columns + 60) * passCount(plan) * channelBlockCount(plan) * 0.08;
}
