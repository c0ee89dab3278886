import type { Target } from "../../../targets/index.ts";
import type { CompileOptions } from "../../config/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import { fail } from "../../diagnostics/index.ts";
import { nearestName } from "../../diagnostics/nearest-name.ts";
import { isaLevelNames } from "../../region/index.ts";

/** Checks `--isa`: throws IO0718 for a level that is not known, IO0904 for a target that has no kernels. */
export function checkAskedLevels({ isa }: CompileOptions, { id, compileRegions }: Target): void {
  const known: readonly string[] = isaLevelNames;
  const unknown = isa.find((name) => !known.includes(name));
  if (unknown !== undefined)
    fail(
      runtimeDiagnostics.isaUnknown({
        isa: unknown,
        nearest: nearestName(unknown, known),
        known: known.join(", "),
      }),
    );
  if (isa.length > 0 && compileRegions === undefined)
    fail(
      configDiagnostics.conflict({
        detail: `--isa means something only to targets with kernels of their own, and ${id} has none`,
        advice: "add --target cpu, or leave --isa out",
      }),
    );
}
