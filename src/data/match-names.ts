import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { fail } from "../diagnostics/index.ts";
import { nearestName } from "../diagnostics/nearest-name.ts";
import type { InputSpec } from "./dataset.ts";

/** Matches names in the data to inputs; throws IO0406 for a name that is no input, IO0407 for an input without data. */
export function matchNames(
  names: readonly string[],
  inputs: readonly InputSpec[],
  source: string,
): ReadonlyMap<string, InputSpec> {
  const byName = new Map(inputs.map((input) => [input.name, input]));
  const known = [...byName.keys()];
  for (const name of names)
    if (!byName.has(name))
      fail(dataDiagnostics.unknownInput({ name, nearest: nearestName(name, known), inputs: known, source }));
  for (const input of inputs)
    if (!names.includes(input.name)) fail(dataDiagnostics.missingInput({ name: input.name, source }));
  return byName;
}
