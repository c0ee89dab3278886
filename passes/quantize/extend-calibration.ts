import type { Value } from "../../src/ir/index.ts";
import { numbersOf, sizeOf } from "../../src/ir/index.ts";
import type { Range } from "../../src/quant/index.ts";
import type { Calibration } from "./calibration.ts";
import type { Selection, WeightedOperator } from "./selection.ts";

/** Operators of one input whose channels are those of the input, perhaps with channels of zeros behind them. */
const keepsChannels: ReadonlySet<string> = new Set(["Flatten", "Pad", "Reshape", "Squeeze", "Unsqueeze"]);

/**
 * The calibration of a float model that was spelled otherwise since: values that are new have the range, and where they are
 * read by weights the means, of what they were moved or padded from; else the range of what they are moved or scaled to, or
 * that clamps leave them. What cannot be told is left out.
 */
export function extendCalibration(calibration: Calibration, selection: Selection): Calibration {
  const ranges: Record<string, Range> = { ...calibration.ranges };
  for (const value of selection.values) {
    const own = ranges[value.name];
    for (const source of selection.rangeSources.get(value) ?? [])
      if (ranges[source.name] === undefined) {
        const range = rangeBefore(source, ranges) ?? own ?? limitsOf(source, selection) ?? rangeBehind(source, ranges);
        if (range !== undefined) ranges[source.name] = range;
      }
  }
  const means: Record<string, readonly number[]> = { ...calibration.means };
  for (const operator of selection.weighted) {
    const found = means[operator.activation.name] ?? meansBefore(operator, means);
    if (found !== undefined) means[operator.activation.name] = found;
  }
  return { ...calibration, ranges, means };
}

/** The value that a new one has the channels of; a range always holds the zeros that were added. */
function originOf({ producer }: Value): Value | undefined {
  return producer?.domain === "" && keepsChannels.has(producer.opType) ? producer.input(0) : undefined;
}

function rangeBefore(value: Value, ranges: Readonly<Record<string, Range>>): Range | undefined {
  return ranges[originOf(value)?.name ?? ""];
}

/** What the clamps that are folded into a value let through, where that is finite. */
function limitsOf(value: Value, { limits }: Selection): Range | undefined {
  const range = limits.get(value);
  return range !== undefined && Number.isFinite(range.min) && Number.isFinite(range.max) ? range : undefined;
}

/** The range of what is made of a value by multiplying it with a constant above 0, divided by that. */
function rangeBehind(value: Value, ranges: Readonly<Record<string, Range>>): Range | undefined {
  const reader = value.soleUser;
  if (reader?.domain !== "" || reader.opType !== "Mul") return undefined;
  const factor = scalarOf(reader.inputs.find((input) => input !== value));
  const range = ranges[reader.output.name];
  if (range === undefined || factor === undefined || !(factor > 0)) return undefined;
  return { min: range.min / factor, max: range.max / factor };
}

function scalarOf(value: Value | undefined): number | undefined {
  const tensor = value?.isConstant === true ? value.constant : undefined;
  return tensor !== undefined && sizeOf(tensor.shape) === 1 ? numbersOf(tensor)[0] : undefined;
}

function meansBefore(
  { activation, weights, inputAxis }: WeightedOperator,
  means: Calibration["means"],
): readonly number[] | undefined {
  const before = means[originOf(activation)?.name ?? ""];
  const inputs = weights.constant?.shape[inputAxis] ?? 0;
  if (before === undefined || inputs < before.length) return undefined;
  return [...before, ...Array.from({ length: inputs - before.length }, () => 0)];
}
