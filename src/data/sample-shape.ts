import type { StaticShape } from "../ir/index.ts";
import { printDim } from "../ir/index.ts";
import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { fail } from "../diagnostics/index.ts";
import type { InputSpec } from "./dataset.ts";
import { inputShape } from "./dataset.ts";

/** How many samples an array holds and the shape of each. */
export interface SampleShape {
  readonly shape: StaticShape;
  readonly count: number;
}

/** True when a static shape can be fed where `input` is declared. */
export function fitsInput(shape: StaticShape, input: InputSpec): boolean {
  const declared = inputShape(input);
  if (declared === undefined) return true;
  return declared.length === shape.length && declared.every((dim, i) => typeof dim !== "number" || dim === shape[i]);
}

/** Throws IO0404 for a shape that does not fit. */
export function refuseShape(found: StaticShape, input: InputSpec, source: string): never {
  const expected = inputShape(input)?.map(printDim).join(",") ?? "?";
  return fail(dataDiagnostics.wrongShape({ input: input.name, expected, found: found.join(","), source }));
}

/**
 * Cuts an array into samples along its first axis: with one axis more than the input each entry is a whole input, with
 * as many axes entries are grouped by the model's own batch size, 1 where that is free. Throws IO0404.
 */
export function sampleShape(array: StaticShape, input: InputSpec, source: string): SampleShape {
  const declared = inputShape(input);
  const [first, ...rest] = array;
  if (first === undefined) return refuseShape(array, input, source);
  if (declared === undefined || array.length === declared.length + 1) {
    if (!fitsInput(rest, input)) refuseShape(array, input, source);
    return { shape: rest, count: first };
  }
  const batch = typeof declared[0] === "number" ? declared[0] : 1;
  const shape = [batch, ...rest];
  if (array.length !== declared.length || !fitsInput(shape, input) || batch === 0 || first % batch !== 0)
    refuseShape(array, input, source);
  return { shape, count: first / batch };
}
