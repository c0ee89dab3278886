import { isaLevelNames } from "../../src/region/index.ts";

/** Why the environment's switches leave nothing to compile for here; undefined where they do not. */
export function whySwitchedOff(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { INFER_OPT_TRUST: trust = "", INFER_OPT_ISA: level = "" } = environment;
  // Candidates that are refused would be recorded as such, and not be tried again when the switch is gone.
  if (trust !== "") return "INFER_OPT_TRUST is set: new code is in no list, and could be neither checked nor timed";
  if (level !== "" && !isaLevelNames.some((name) => name === level))
    return `INFER_OPT_ISA=${level} is no level, and hides all features; levels are ${isaLevelNames.join(", ")}`;
  return undefined;
}
