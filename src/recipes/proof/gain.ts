import { medianRatio } from "../../measure/index.ts";

/** How many times faster a network is than another, over thread counts, and the lower end of its interval. */
export interface Gain {
  readonly gain: number;
  readonly low: number;
}

/** A gain must be this much to count. */
export const leastGain = 1.01;

/** The geometric mean of the median ratios within rounds, one race a thread count; without one of them there is no gain. */
export function gainOver(races: readonly (readonly number[])[]): Gain {
  if (races.length === 0 || races.some(({ length }) => length === 0)) return { gain: 0, low: 0 };
  const ratios = races.map((race) => medianRatio(race));
  const mean = (values: readonly number[]): number =>
    Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
  return { gain: mean(ratios.map(({ ratio }) => ratio)), low: mean(ratios.map(({ low }) => low)) };
}

/** Whether it is worth having, and beyond noise. */
export function isGain({ gain, low }: Gain): boolean {
  return gain >= leastGain && low > 1;
}
