import type { Value } from "../../src/ir/index.ts";
import type { Range } from "../../src/quant/index.ts";
import type { Calibration } from "./calibration.ts";
import type { Selection, WeightedOperator } from "./selection.ts";

/**
 * The calibration of a float model that was spelled otherwise since: values that are new have the range, and where they are
 * read by weights the means, of what they were padded from, or the range of what they are moved to. What cannot be
 * told is left out.
 */
export function extendCalibration(calibration: Calibration, selection: Selection): Calibration {
  const ranges: Record<string, Range> = { ...calibration.ranges };
  for (const value of selection.values) {
    const own = ranges[value.name];
    for (const source of selection.rangeSources.get(value) ?? [])
      if (ranges[source.name] === undefined) {
        const range = rangeBefore(source, ranges) ?? own;
        if (range !== undefined) ranges[source.name] = range;
      }
  }
  const means: Record<string, readonly number[]> = { ...calibration.means };
  for (const operator of selection.weighted) {
    const { activation } = operator;
    const found = means[activation.name] ?? means[originOf(activation)?.name ?? ""];
    if (found !== undefined) means[activation.name] = withZeros(found, channelsOf(operator));
  }
  return { ...calibration, ranges, means };
}

/** What a value was padded from; a range always holds the zeros that were added. */
function originOf({ producer }: Value): Value | undefined {
  return producer?.domain === "" && producer.opType === "Pad" ? producer.input(0) : undefined;
}

function rangeBefore(value: Value, ranges: Readonly<Record<string, Range>>): Range | undefined {
  return ranges[originOf(value)?.name ?? ""];
}

function channelsOf({ activation, activationAxis }: WeightedOperator): number {
  const shape = activation.type?.kind === "tensor" ? activation.type.shape : undefined;
  const channels = shape?.at(activationAxis);
  return typeof channels === "number" ? channels : 0;
}

/** The means of channels that were added are 0, or do not count. */
function withZeros(means: readonly number[], channels: number): readonly number[] {
  return [...means, ...Array.from({ length: Math.max(0, channels - means.length) }, () => 0)];
}
